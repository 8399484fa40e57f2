using System.Diagnostics;

namespace Qmtl.Tests.Integration.Support;

/// <summary>A test that mounts a disk of its own. Where that is not allowed it is reported as skipped, never as passed.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute()
    {
        if (!Mounts.AreAllowed) Skip = "Mounting a tmpfs is not allowed here: run as root with CAP_SYS_ADMIN.";
    }
}

/// <summary>Mounting, by the system's own programs.</summary>
internal static class Mounts
{
    private static readonly Lazy<bool> Allowed = new(Try);

    public static bool AreAllowed => Allowed.Value;

    public static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Adds to a file until its disk of less than 8 MiB has no byte left.</summary>
    public static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None, 0);
        for (var size = 64 << 10; size > 0; size /= 2)
        {
            try
            {
                while (file.Length < 8 << 20) file.Write(new byte[size]);
            }
            catch (IOException)
            {
                // No room for as many at once.
            }
        }
    }

    /// <summary>Being root is not enough in a container: only trying tells.</summary>
    private static bool Try()
    {
        var folder = Directory.CreateTempSubdirectory("qmtl-console-mount-").FullName;
        try
        {
            return Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) && Run("umount", folder);
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
