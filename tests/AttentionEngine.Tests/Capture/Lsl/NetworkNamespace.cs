using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AttentionEngine.Tests.Capture.Lsl;

/// <summary>
/// Two machines in one process: two network namespaces with a cable between them, made for the test and removed after it. Nothing can leave
/// them. A thread that enters one stays in it, and so do the threads that it starts.
/// </summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    public const string A4 = "10.77.0.1", B4 = "10.77.0.2", A6 = "fd77::1", B6 = "fd77::2";
    private const int CloneNewNet = 0x40000000;
    private readonly string name = "att" + Environment.ProcessId;

    private NetworkNamespace() { }

    /// <summary>Skips, loudly, where the system does not let us make them.</summary>
    public static NetworkNamespace CreateOrSkip()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("SKIPPED: network namespaces are Linux's.");
        var pair = new NetworkNamespace();
        pair.Ip("netns del", pair.Name('a'));
        pair.Ip("netns del", pair.Name('b'));
        if (!pair.Ip("netns add", pair.Name('a')) || !pair.Ip("netns add", pair.Name('b'))
            || !pair.Ip($"link add va netns {pair.Name('a')} type veth peer name vb netns", pair.Name('b')))
        {
            pair.Dispose();
            Assert.Skip("SKIPPED: `ip netns` is missing or not allowed here (needs iproute2 and CAP_NET_ADMIN).");
        }
        foreach (var (side, v4, v6) in new[] { ('a', A4, A6), ('b', B4, B6) })
        {
            foreach (string command in new[] { $"addr add {v4}/24 dev v{side}", $"addr add {v6}/64 dev v{side} nodad", "link set lo up", $"link set v{side} up" })
                Assert.True(pair.Ip($"-n {pair.Name(side)}", command), $"ip -n {pair.Name(side)} {command}");
        }
        return pair;
    }

    /// <summary>Pulls or plugs the cable.</summary>
    public void Link(bool up) => Assert.True(Ip($"-n {Name('a')} link set va", up ? "up" : "down"));

    /// <summary>Takes or gives back the IPv4 address of a side.</summary>
    public void Address(char side, bool there) => Assert.True(Ip($"-n {Name(side)} addr {(there ? "add" : "del")}", $"{(side == 'a' ? A4 : B4)}/24 dev v{side}"));

    /// <summary>Runs on a thread inside side 'a' or 'b'.</summary>
    public void In(char side, Action body)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle($"/run/netns/{Name(side)}");
                if (SetNamespace(handle, CloneNewNet) != 0) throw new InvalidOperationException($"setns failed: {Marshal.GetLastPInvokeErrorMessage()}");
                body();
            }
#pragma warning disable CA1031 // Carried to the test's own thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    private string Name(char side) => name + side;

    private bool Ip(string command, string last)
    {
        var start = new ProcessStartInfo("ip", [.. command.Split(' '), .. last.Split(' ')]) { RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // No such program.
        }
    }

    public void Dispose()
    {
        Ip("netns del", Name('a'));
        Ip("netns del", Name('b'));
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle handle, int kind);
}
