using System.Globalization;

namespace Qmtl.Console.Security.SignIn;

/// <summary>How people sign in and how long they stay. Settings <c>SignIn:*</c>; checked at start by <see cref="Configuration.SettingsReader"/>.</summary>
public sealed record SignInOptions
{
    public const int DefaultIdleMinutes = 30;
    public const int DefaultSessionHours = 12;

    public SignInMode Mode { get; init; } = SignInMode.Local;

    /// <summary>A session ends after so long without pointer or key input. Setting <c>SignIn:IdleMinutes</c>.</summary>
    public TimeSpan IdleEnd { get; init; } = TimeSpan.FromMinutes(DefaultIdleMinutes);

    /// <summary>A session ends so long after sign-in, whatever happens. Setting <c>SignIn:SessionHours</c>.</summary>
    public TimeSpan AbsoluteEnd { get; init; } = TimeSpan.FromHours(DefaultSessionHours);

    /// <summary>How often sessions, keys and accounts are read again from the store: what another console changed holds here after that time.</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sessions of one user; the one without input for longest ends when another begins.</summary>
    public int SessionsPerUser { get; init; } = 50;

    /// <summary>Sessions in all; beyond, nobody can sign in.</summary>
    public int Sessions { get; init; } = 10_000;

    /// <summary>Accounts that can be added.</summary>
    public int Accounts { get; init; } = 10_000;

    /// <summary>Keys in all.</summary>
    public int Keys { get; init; } = 10_000;

    /// <summary>Keys of one user that have not expired or been revoked.</summary>
    public int KeysPerUser { get; init; } = 50;

    /// <summary>Whether this process is a command on the host and no server: only then does anybody act as the command line.</summary>
    public bool IsCommandLine { get; init; }

    public static SignInOptions Of(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return new()
        {
            Mode = Enum.TryParse<SignInMode>(configuration["SignIn:Mode"]?.Trim(), ignoreCase: true, out var mode) ? mode : SignInMode.Local,
            IdleEnd = TimeSpan.FromMinutes(Whole(configuration["SignIn:IdleMinutes"], DefaultIdleMinutes)),
            AbsoluteEnd = TimeSpan.FromHours(Whole(configuration["SignIn:SessionHours"], DefaultSessionHours)),
        };
    }

    private static int Whole(string? text, int otherwise) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
