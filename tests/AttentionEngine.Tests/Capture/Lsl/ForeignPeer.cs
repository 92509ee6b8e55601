using System.Collections.Concurrent;
using System.Diagnostics;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>A child process that speaks LSL through an independent liblsl (never loaded into this process). Skips the test, loudly, where the library or g++ is missing.</summary>
internal sealed class ForeignPeer : IDisposable
{
    /// <summary>Loopback without multicast, as old and new liblsl understand it.</summary>
    private const string Config = "[ports]\nIPv6 = disable\n[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n";

    private static readonly Lazy<(string Program, string Library)> Built = new(Build);

    private readonly Process process;
    private readonly BlockingCollection<string> lines = [];

    public ForeignPeer(params string[] arguments) : this(null, arguments) { }

    /// <summary>With the liblsl that the user has installed, in a child process too.</summary>
    public static ForeignPeer Installed(string library, params string[] arguments) => new(library, arguments);

    private ForeignPeer(string? installed, string[] arguments)
    {
        var (program, library) = Built.Value;
        library = installed ?? library;
        var start = new ProcessStartInfo(program) { WorkingDirectory = Path.GetDirectoryName(program)!, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(library);
        foreach (string a in arguments) start.ArgumentList.Add(a);
        process = Process.Start(start) ?? throw new InvalidOperationException("The foreign peer did not start.");
        process.OutputDataReceived += (_, e) =>
        {
            if (e.Data is null) lines.CompleteAdding();
            else lines.Add(e.Data);
        };
        process.ErrorDataReceived += (_, _) => { }; // liblsl's own log.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int ProcessId => process.Id;

    /// <summary>The next line of its output.</summary>
    public string ReadLine()
    {
        try
        {
            return lines.TryTake(out string? line, LslTestKit.Patience) ? line : throw new TimeoutException("The foreign peer says nothing.");
        }
        catch (InvalidOperationException)
        {
            throw new EndOfStreamException("The foreign peer has ended.");
        }
    }

    /// <summary>Reads lines until one that starts with <paramref name="last"/>, which is returned apart.</summary>
    public List<string> ReadUntil(string last, out string lastLine)
    {
        var result = new List<string>();
        while (!(lastLine = ReadLine()).StartsWith(last, StringComparison.Ordinal)) result.Add(lastLine);
        return result;
    }

    public void Go() => process.StandardInput.WriteLine();

    public int WaitForExit()
    {
        Assert.True(process.WaitForExit(LslTestKit.Patience), "The foreign peer does not end.");
        return process.ExitCode;
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
        lines.Dispose();
    }

    public static void SkipIfAbsent()
    {
        if (FindLibrary() is null) Assert.Skip($"SKIPPED: no foreign liblsl64.so under {DepsFolder()}/foreign-lsl; run ./attend to fetch it, or set ATTEND_DEPS.");
        if (FindCompiler() is null) Assert.Skip("SKIPPED: g++ is not on the PATH, so the foreign LSL peer cannot be built.");
    }

    private static string DepsFolder() =>
        Environment.GetEnvironmentVariable("ATTEND_DEPS") is { Length: > 0 } set ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "attention-engine", "deps");

    private static string? FindLibrary()
    {
        string folder = Path.Combine(DepsFolder(), "foreign-lsl");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "liblsl64.so", SearchOption.AllDirectories).FirstOrDefault() : null;
    }

    private static string? FindCompiler() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(p => Path.Combine(p, "g++")).FirstOrDefault(File.Exists);

    private static (string Program, string Library) Build()
    {
        string folder = Directory.CreateTempSubdirectory("attend-lsl-peer-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string program = Path.Combine(folder, "lsl_peer");
        File.WriteAllText(Path.Combine(folder, "lsl_api.cfg"), Config);
        using var compiler = Process.Start(FindCompiler()!, ["-std=c++20", "-O1", "-o", program, Repository.PathOf("tests/foreign-peer/lsl_peer.cpp"), "-ldl"]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return (program, FindLibrary()!);
    }
}
