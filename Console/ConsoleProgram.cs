using Qmtl.Console.CommandLine;

namespace Qmtl.Console;

/// <summary>The program: without a verb it serves, with a verb it runs the command and ends.</summary>
public static class ConsoleProgram
{
    /// <summary>Runs the program. Exit codes: 0 done, 1 the answer is "no" (errors found, refused), 2 wrong use, 3 a person must decide first, 4 wrong
    /// configuration, 5 the running console could not be asked.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (CommandLineProgram.IsCommand(args)) return await CommandLineProgram.RunAsync(args);
        return await ConsoleApplication.ServeAsync(args);
    }
}
