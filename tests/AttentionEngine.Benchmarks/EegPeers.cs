using System.Diagnostics;
using System.Globalization;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Benchmarks;

/// <param name="Share">What was measured.</param>
/// <param name="JobCpuS">For the whole job, by the number of fits.</param>
/// <param name="Missing">Why it was not measured; null when it was.</param>
internal sealed record EegPeer(string Tool, double MeasuredCpuS, string Share, double JobCpuS, string? Missing);

/// <summary>Other tools on the same data, in a Python process of their own.</summary>
internal static class EegPeers
{
    // One inner fold set of mTRFpy: 19 trials, one lambda, 19 fits and predictions; the job has 20 x 15 of them. One fit of MNE on 18 trials; the job has 20 x 19 x 15.
    private const string Script = """
        import sys, time
        import numpy as np
        tool, eeg, env = sys.argv[1], np.load(sys.argv[2]), np.load(sys.argv[3])
        if tool == "mTRFpy":
            from mtrf.model import TRF
            run = lambda: TRF(direction=-1).train(list(env[:19, :, None]), list(eeg[:19]), 64, 0, 0.25, [1.0, 10.0], k=-1)
        else:
            import mne
            mne.set_log_level("ERROR")
            x, y = np.ascontiguousarray(eeg[:18].transpose(1, 0, 2)), np.ascontiguousarray(env[:18].T[:, :, None])
            run = lambda: mne.decoding.ReceptiveField(-0.25, 0, 64, estimator=1e3, scoring="corrcoef").fit(x, y)
        start = time.process_time()
        run()
        print(time.process_time() - start)
        """;

    public static IReadOnlyList<EegPeer> Measure(EegParticipant participant)
    {
        string folder = Directory.CreateTempSubdirectory("attend-bench-eeg").FullName;
        try
        {
            string script = Path.Combine(folder, "peer.py"), eeg = Path.Combine(folder, "eeg.npy"), env = Path.Combine(folder, "env.npy");
            File.WriteAllText(script, Script);
            var trials = participant.Trials;
            using (var writer = new NpyWriter<double>(eeg, trials[0].Samples, participant.Channels.Count))
                foreach (var trial in trials) writer.Append(trial.Eeg);
            using (var writer = new NpyWriter<double>(env, trials[0].Samples))
                foreach (var trial in trials) writer.Append(trial.Envelopes[trial.AttendedIndex]);
            return
            [
                One("mTRFpy", "2 of 15 lambdas of one of 20 outer folds", 20 * 15 / 2.0, script, eeg, env),
                One("MNE", "one of 5700 inner fits", 20 * 19 * 15, script, eeg, env),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static EegPeer One(string tool, string share, double times, string script, string eeg, string env)
    {
        var start = new ProcessStartInfo("python3", [script, tool, eeg, env]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // The interpreter that a distribution's packages belong to, where there is one.
        if (File.Exists("/usr/bin/python3")) start.FileName = "/usr/bin/python3";
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            // The last line: mTRFpy draws its progress before it.
            string error = errors.GetAwaiter().GetResult();
            if (process.ExitCode == 0 && double.TryParse(output.Trim().Split('\n')[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double cpuS)) return new EegPeer(tool, cpuS, share, cpuS * times, null);
            return new EegPeer(tool, double.NaN, share, double.NaN, error.Trim().Split('\n')[^1]);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return new EegPeer(tool, double.NaN, share, double.NaN, e.Message);
        }
    }
}
