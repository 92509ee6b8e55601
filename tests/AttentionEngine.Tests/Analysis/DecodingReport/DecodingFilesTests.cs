using System.Text.Json;
using AttentionEngine.Analysis.Decoding;
using AttentionEngine.Analysis.Decoding.LinearAlgebra;
using AttentionEngine.Analysis.DecodingReport;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Randomness;

namespace AttentionEngine.Tests.Analysis.DecodingReport;

public class DecodingFilesTests
{
    private const double RateHz = 64;
    private static readonly DecodingJob Job = new() { MaxLagS = 0.05, WindowsS = [1, 5, 100], Permutations = 200, Shifts = 20, Bootstraps = 200, Lambdas = [1e-3, 1e-1] };

    /// <summary>Four channels of noise plus the attended envelope, which channel 0 carries two samples late.</summary>
    private static EegParticipant Made(int trials, int talkers, double signal, Func<int, TrialGroups>? groups = null)
    {
        var random = new SeededRandom(5);
        var made = new List<EegTrial>();
        for (int t = 0; t < trials; t++)
        {
            int samples = 640 + 64 * (t % 3), attended = t % talkers; // unequal lengths
            double[][] envelopes = [.. Enumerable.Range(0, talkers).Select(_ => Enumerable.Range(0, samples).Select(_ => random.Normal()).ToArray())];
            double[] eeg = [.. Enumerable.Range(0, samples * 4).Select(i => random.Normal() + (i % 4 == 0 && i >= 8 ? signal * envelopes[attended][i / 4 - 2] : 0))];
            made.Add(new EegTrial { Id = $"{t}", Eeg = eeg, Envelopes = envelopes, AttendedIndex = attended, Groups = groups?.Invoke(t) ?? new TrialGroups { Story = $"{t}" } });
        }
        return new EegParticipant { Id = "P1", RateHz = RateHz, Channels = [.. Enumerable.Range(0, 4).Select(c => new EegChannel($"{c}", EegChannelType.Eeg))], Trials = made };
    }

    private static DecodingResult Run(EegParticipant participant, DecodingJob? job = null) => AttentionDecoding.Run(DenseAlgebra.Open(_ => { }), participant, job ?? Job, null, CancellationToken.None);

    [Fact]
    public void A_result_on_disk_is_taken_up_only_for_the_same_job_and_data()
    {
        using var folder = new TempFolder();
        string root = folder.File("out");
        var json = new JsonSerializerOptions { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
        var files = new DecodingFiles(root, json);
        files.Open("1");
        var participant = Made(3, 2, 0.5);
        string key = DecodingFiles.KeyOf(participant, Job, "1");
        Assert.Null(files.Finished("P1", DecodingModel.Ridge, key));
        var result = Run(participant);
        files.Save(result, key);
        Assert.Equal(JsonSerializer.Serialize(DecodingFiles.WithoutPredictions(result), json), JsonSerializer.Serialize(files.Finished("P1", DecodingModel.Ridge, key), json));
        participant.Trials[0].Eeg[5] += 1e-9;
        Assert.Throws<ConfigurationException>(() => files.Finished("P1", DecodingModel.Ridge, DecodingFiles.KeyOf(participant, Job, "1")));
        string path = Path.Combine(root, "sub-P1", "sub-P1_desc-ridge_result.json");
        File.WriteAllText(path, File.ReadAllText(path)[..200]);
        Assert.Contains("is damaged", Assert.Throws<InputDataException>(() => files.Finished("P1", DecodingModel.Ridge, key)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("other"));
        File.WriteAllText(folder.File("other/mine.txt"), "x");
        Assert.Contains("not empty", Assert.Throws<ConfigurationException>(() => new DecodingFiles(folder.File("other"), json).Open("1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_whose_description_was_cut_off_is_taken_up_again()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("dataset_description.json.part"), "{");
        new DecodingFiles(folder.Path, new System.Text.Json.JsonSerializerOptions()).Open("1");
        Assert.Equal(["dataset_description.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        Directory.CreateDirectory(folder.File("other"));
        File.Delete(folder.File("dataset_description.json"));
        Assert.Contains("is not empty", Assert.Throws<AttentionEngine.Core.Errors.ConfigurationException>(() => new DecodingFiles(folder.Path, new System.Text.Json.JsonSerializerOptions()).Open("1")).Message, StringComparison.Ordinal);
    }
}
