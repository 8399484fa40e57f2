namespace Qmtl.Console.Security.Circuits;

/// <summary>Tells sessions apart in a page, without naming them.</summary>
public static class SessionMark
{
    public static string Of(string sessionId) => Secrets.Hash("mark " + sessionId)[..12];
}
