using System.Text.RegularExpressions;

namespace Qmtl.Tests.E2E.Support;

/// <summary>What a program writes, line by line.</summary>
internal sealed class ConsoleOutput
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<string> _lines = [];
    private readonly List<(Regex Line, TaskCompletionSource<Match> Found)> _waiting = [];
    private bool _ended;

    public string Text
    {
        get
        {
            lock (_lines) return string.Join(Environment.NewLine, _lines);
        }
    }

    public void Add(string? line)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Add(line);
            _waiting.RemoveAll(waiting => waiting.Line.Match(line) is { Success: true } match && waiting.Found.TrySetResult(match));
        }
    }

    /// <summary>The program has ended: nobody waits any longer.</summary>
    public void End()
    {
        lock (_lines)
        {
            _ended = true;
            foreach (var (line, found) in _waiting) found.TrySetException(Ended(line));
            _waiting.Clear();
        }
    }

    /// <summary>The first line that matches, as soon as it is there.</summary>
    public Task<Match> LineAsync(Regex line)
    {
        lock (_lines)
        {
            if (_lines.Select(written => line.Match(written)).FirstOrDefault(match => match.Success) is { } match) return Task.FromResult(match);
            if (_ended) return Task.FromException<Match>(Ended(line));
            var found = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((line, found));
            return found.Task.WaitAsync(Patience);
        }
    }

    private static InvalidOperationException Ended(Regex line) => new($"The program ended before it wrote a line like {line}.");
}
