namespace Qmtl.Console.Storage;

/// <summary>Where the console keeps its own files. Settings <c>Storage:*</c>.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Folder; relative ones are the caller's. Empty: a <c>qmtl-console</c> folder in the user's application data.</summary>
    public string? Path { get; set; }

    /// <summary>The folder in full.</summary>
    public string Folder => string.IsNullOrWhiteSpace(Path)
        ? System.IO.Path.Combine(DefaultRoot(), "qmtl-console")
        : System.IO.Path.GetFullPath(Path);

    private static string DefaultRoot()
    {
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return data.Length > 0 ? data : System.IO.Path.GetTempPath();
    }
}
