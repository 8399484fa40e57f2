using Qmtl.Console;

return await ConsoleProgram.RunAsync(args);
