namespace Qmtl.Console.Security.SignIn;

/// <summary>Who says who somebody is. Setting <c>SignIn:Mode</c>.</summary>
public enum SignInMode
{
    /// <summary>Accounts of the console's own, with passwords.</summary>
    Local,

    /// <summary>A proxy in front, by headers.</summary>
    Proxy,

    /// <summary>An identity provider, by OAuth.</summary>
    OAuth,

    /// <summary>Nobody: four demo users, for the sandbox on loopback only.</summary>
    Open,
}
