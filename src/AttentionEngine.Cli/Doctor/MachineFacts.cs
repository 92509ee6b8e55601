using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace AttentionEngine.Cli.Doctor;

/// <summary>The machine under the engine: runtime, processor, clock, disk, scheduling, network.</summary>
internal static partial class MachineFacts
{
    private const double DiskNeededGb = 1.0; // the demo writes about 160 MB a minute, most of it video and truth

    public static IEnumerable<DoctorFact> All(string folder)
    {
        yield return DoctorFact.Ok("dotnet", true, $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
        yield return Cpu();
        yield return Cores();
        yield return Clock();
        yield return Disk(folder);
        yield return RealTime();
        yield return Network();
    }

    private static DoctorFact Cpu()
    {
        var features = new List<string>();
        if (Avx2.IsSupported) features.Add("AVX2");
        if (Fma.IsSupported) features.Add("FMA");
        if (Avx512F.IsSupported) features.Add("AVX-512");
        string found = $"{CpuName()}: {(features.Count > 0 ? string.Join(", ", features) : "none of AVX2, FMA, AVX-512")}";
        // native/ is compiled for x86-64-v3 (its CMakeLists.txt), so that the same binary gives the same bits everywhere.
        return Avx2.IsSupported && Fma.IsSupported ? DoctorFact.Ok("cpu", true, found)
            : DoctorFact.Missing("cpu", true, found, "The native audio path is compiled for AVX2 and FMA (any x86-64 processor since about 2015): use another machine.");
    }

    private static string CpuName()
    {
        if (!File.Exists("/proc/cpuinfo")) return RuntimeInformation.ProcessArchitecture.ToString();
        string? line = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal));
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static DoctorFact Cores()
    {
        int cores = Environment.ProcessorCount;
        return cores >= 2 ? DoctorFact.Ok("cores", false, Invariant($"{cores}"))
            : DoctorFact.Missing("cores", false, "1", "The demo runs engine and simulator beside each other and needs about 1.4 cores: use `attend simulate` and `attend replay` instead.");
    }

    /// <summary>The smallest step that the monotonic clock shows, of 1000.</summary>
    private static DoctorFact Clock()
    {
        long smallest = long.MaxValue, last = Stopwatch.GetTimestamp();
        for (int steps = 0; steps < 1000;)
        {
            long now = Stopwatch.GetTimestamp();
            if (now == last) continue;
            smallest = Math.Min(smallest, now - last);
            last = now;
            steps++;
        }
        double stepUs = smallest * 1e6 / Stopwatch.Frequency;
        const string sourceFile = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
        string source = File.Exists(sourceFile) ? $", source {File.ReadAllText(sourceFile).Trim()}" : "";
        string found = Invariant($"steps of {stepUs:0.###} µs{source}");
        return stepUs <= 100 ? DoctorFact.Ok("clock", true, found)
            : DoctorFact.Missing("clock", true, found, "Streams are aligned to 100 µs: choose another clock source in the machine's firmware or kernel.");
    }

    private static DoctorFact Disk(string folder)
    {
        double freeGb = new DriveInfo(folder).AvailableFreeSpace / 1e9;
        string found = Invariant($"{freeGb:0.0} GB free in {folder}");
        return freeGb >= DiskNeededGb ? DoctorFact.Ok("disk", true, found)
            : DoctorFact.Missing("disk", true, found, Invariant($"At least {DiskNeededGb:0} GB is wanted for a session: free some, or record elsewhere with --out."));
    }

    /// <summary>Asks for real-time scheduling on a thread of its own, as the audio thread does.</summary>
    private static DoctorFact RealTime()
    {
        if (!OperatingSystem.IsLinux()) return DoctorFact.Missing("real-time scheduling", false, "not looked for on this system", "Nothing: only live audio devices profit.");
        int result = -1;
        var thread = new Thread(() => { var parameter = new SchedulingParameter { Priority = 10 }; result = SetScheduler(0, SchedFifo, ref parameter); });
        thread.Start();
        thread.Join();
        return result == 0 ? DoctorFact.Ok("real-time scheduling", false, "SCHED_FIFO is permitted")
            : DoctorFact.Missing("real-time scheduling", false, "SCHED_FIFO is refused", "More dropouts on a busy machine. Allow it: a line `@audio - rtprio 95` in the limits configuration, and your user in that group.");
    }

    private static DoctorFact Network()
    {
        var up = NetworkInterface.GetAllNetworkInterfaces().Where(n => n.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown).ToList();
        var usable = up.Where(n => n.SupportsMulticast && n.NetworkInterfaceType != NetworkInterfaceType.Loopback).Select(n => n.Name).ToList();
        if (up.Count == 0) return DoctorFact.Missing("network", true, "no interface is up", "LSL needs at least the loopback interface: bring it up (`ip link set lo up`, as root).");
        string names = string.Join(", ", up.Select(n => n.Name));
        return usable.Count > 0 ? DoctorFact.Ok("network", true, $"up: {names}; multicast on {string.Join(", ", usable)}")
            : DoctorFact.Ok("network", true, $"up: {names}; no multicast beyond this machine, so only its own LSL streams are found");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private const int SchedFifo = 1;

    [StructLayout(LayoutKind.Sequential)]
    private struct SchedulingParameter { public int Priority; }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, ref SchedulingParameter parameter);
}
