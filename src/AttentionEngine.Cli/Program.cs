using System.CommandLine;
using AttentionEngine.Cli;
using AttentionEngine.Cli.Commands;
using AttentionEngine.Core.Interop;

NativeHeap.ShareHeaps();

// The one place that constructs things; each command is a file in Commands/.
var root = new RootCommand("AttentionEngine: decode which talker a listener attends to, and steer a beam there.\nExample: attend demo --seconds 30\nThe script ./attend adds: setup, test [--long] [--system], bench [NAME].");
root.Options.Add(GlobalOptions.Json);
foreach (var command in CommandList.All()) root.Subcommands.Add(command);
return await CommandRunner.RunAsync(root, args).ConfigureAwait(false);
