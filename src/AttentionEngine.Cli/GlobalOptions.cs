using System.CommandLine;

namespace AttentionEngine.Cli;

internal static class GlobalOptions
{
    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object on stdout, first key `schema`; progress stays on stderr.", Recursive = true };
}
