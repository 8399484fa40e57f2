using System.Text;
using Qmtl.Operations.Audit.Chain;
using Qmtl.Operations.Storage.Files;

namespace Qmtl.Operations.Audit.Head;

/// <summary>Heads as lines of a file, newest last; it is kept short by leaving out every other one of the older half.</summary>
internal sealed class FileHeadTarget(string path, Func<AuditKeys> keys) : IAuditHeadTarget
{
    private const int MaxLines = 8_192;
    private readonly string _path = Path.GetFullPath(path);

    public string Place => _path;

    public Task WriteAsync(AuditHead head, CancellationToken cancellation)
    {
        try
        {
            DurableFiles.CreateFolder(Path.GetDirectoryName(_path)!);
            Thin();
            using var stream = new FileStream(_path, DurableFiles.Options(FileMode.Append, FileAccess.Write, FileShare.ReadWrite));
            var isNew = stream.Length == 0;
            stream.Write(Encoding.ASCII.GetBytes(head.ToLine(keys().Current) + "\n"));
            stream.Flush(flushToDisk: true);
            if (isNew) DurableFiles.SyncFolder(Path.GetDirectoryName(_path)!);
            return Task.CompletedTask;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new HeadTargetException(problem.Message, problem);
        }
    }

    public async Task<AuditHeads> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            if (!File.Exists(_path)) return new([], 0);
            var lines = await File.ReadAllLinesAsync(_path, cancellation);
            var heads = lines.Select(line => AuditHead.Read(line, keys())).ToArray();
            return new([.. heads.OfType<AuditHead>()], heads.Count(head => head is null));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new HeadTargetException(problem.Message, problem);
        }
    }

    private void Thin()
    {
        if (!File.Exists(_path) || new FileInfo(_path).Length < MaxLines * 200L) return;
        var lines = File.ReadAllLines(_path);
        if (lines.Length < MaxLines) return;
        var half = lines.Length / 2;
        var kept = lines.Where((_, index) => index >= half || index % 2 == 0);
        DurableFiles.Replace(_path, Encoding.ASCII.GetBytes(string.Concat(kept.Select(line => line + "\n"))));
    }
}
