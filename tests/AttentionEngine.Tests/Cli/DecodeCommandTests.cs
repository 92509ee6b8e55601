using System.Text.Json;
using AttentionEngine.Core.Errors;
using AttentionEngine.Tests.Capture.Datasets;

namespace AttentionEngine.Tests.Cli;

public class DecodeCommandTests
{
    [Fact]
    public async Task Decoding_leaves_results_and_goes_on_where_it_was()
    {
        using var folder = new TempFolder();
        string output = folder.File("out"), set = SharedData.PathOrSkip("bench/aad/tiny_64hz.mat");
        string[] arguments = ["decode", set, output, "participant", "--band-hz", "none", "--windows-s", "1,2,5,10", "--permutations", "100", "--json"];
        var first = await AttendProcess.RunAsync(arguments);
        Assert.True(first.ExitCode == 0, first.Error);
        using var json = JsonDocument.Parse(first.Out);
        Assert.Equal("attend.decode/1", json.RootElement.EnumerateObject().First().Value.GetString());
        var model = json.RootElement.GetProperty("participants")[0].GetProperty("models")[0];
        Assert.Equal([60, 30, 12, 6], model.GetProperty("windows").EnumerateArray().Select(w => w.GetInt32()));
        Assert.InRange(model.GetProperty("r_attended").GetDouble(), 0.15, 0.3);
        Assert.InRange(model.GetProperty("r_attended_shifted95").GetDouble(), -0.1, 0.15);
        Assert.Equal(2, model.GetProperty("ci95")[0].GetArrayLength());
        foreach (string file in new[] { "report.html", "accuracy.csv", "methods.txt", "dataset_description.json", "sub-tiny64hz/sub-tiny64hz_desc-ridge_trials.tsv" }) Assert.True(new FileInfo(Path.Combine(output, file)).Length > 100, file);
        string report = File.ReadAllText(Path.Combine(output, "report.html"));
        var group = await AttendProcess.RunAsync([.. arguments.Select(a => a == "participant" ? "group" : a)]);
        Assert.Equal(0, group.ExitCode);
        Assert.Contains("\"resumed\": 1", group.Out, StringComparison.Ordinal);
        Assert.Equal(report, File.ReadAllText(Path.Combine(output, "report.html")));
        var other = await AttendProcess.RunAsync([.. arguments, "--seed", "2"]);
        Assert.Equal(ExitCode.Usage, other.ExitCode);
        Assert.Contains("result of another job", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_models_give_one_comparison_and_the_same_bytes_in_processes_of_their_own()
    {
        using var folder = new TempFolder();
        string set = SharedData.PathOrSkip("bench/aad/tiny_64hz.mat");
        string[] Arguments(string output, params string[] more) => ["decode", set, folder.File(output), "participant", "--model", "ridge,cca,single-lag,riemann", "--band-hz", "none", "--windows-s", "1,5", "--permutations", "50", "--json", .. more];
        var one = await AttendProcess.RunAsync(Arguments("one"));
        Assert.True(one.ExitCode == 0, one.Error);
        Assert.Contains("memory: at most about", one.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(one.Out);
        Assert.Equal(["ridge", "cca", "single-lag", "riemann"], json.RootElement.GetProperty("participants")[0].GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        Assert.Equal(6, json.RootElement.GetProperty("comparison").GetArrayLength());
        Assert.Equal(17, json.RootElement.GetProperty("participants")[0].GetProperty("models")[2].GetProperty("lag_curve").GetArrayLength());
        foreach (string file in new[] { "models.csv", "single_lag.csv", "controls.csv", "sub-tiny64hz/sub-tiny64hz_desc-singlelag_result.json" }) Assert.True(new FileInfo(Path.Combine(folder.File("one"), file)).Length > 100, file);
        var two = await AttendProcess.RunAsync(Arguments("two", "--jobs", "2"));
        Assert.True(two.ExitCode == 0, two.Error);
        foreach (string file in Directory.GetFiles(folder.File("one"), "*", SearchOption.AllDirectories)) Assert.True(File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(file.Replace(folder.File("one"), folder.File("two"), StringComparison.Ordinal))), file);
        foreach (var (model, said) in new[] { ("ridge,deep", "--model deep"), ("cca,cca", "twice") })
        {
            var refused = await AttendProcess.RunAsync("decode", set, folder.File("three"), "participant", "--model", model);
            Assert.Equal(ExitCode.Usage, refused.ExitCode);
            Assert.Contains(said, refused.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>About ten seconds of rendering.</summary>
    [Fact, Trait("tier", "long")]
    public async Task A_simulated_session_is_decoded_from_its_spans_of_attention()
    {
        using var folder = new TempFolder();
        var made = await AttendProcess.RunAsync("simulate", Repository.PathOf("rigs/sim-two-talkers.yaml"), "--out", folder.File("ses"), "--seed", "3");
        Assert.True(made.ExitCode == 0, made.Error);
        string[] arguments = ["decode", folder.File("ses"), folder.File("out"), "participant", "--windows-s", "2", "--permutations", "20", "--json"];
        var refused = await AttendProcess.RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains("share a speaker", refused.Error, StringComparison.Ordinal);
        var half = await AttendProcess.RunAsync([.. arguments, "--allow-shared", "Speaker"]);
        Assert.Equal(ExitCode.Usage, half.ExitCode);
        Assert.Contains("share a presentation", half.Error, StringComparison.Ordinal);
        var decoded = await AttendProcess.RunAsync([.. arguments, "--allow-shared", "Presentation,Speaker"]);
        Assert.True(decoded.ExitCode == 0, decoded.Error);
        using var json = JsonDocument.Parse(decoded.Out);
        var model = json.RootElement.GetProperty("participants")[0].GetProperty("models")[0];
        Assert.InRange(model.GetProperty("accuracy")[0].GetDouble(), 0.6, 1);
        Assert.Contains("the listener's EEG is a model", string.Join(' ', model.GetProperty("flags").EnumerateArray().Select(f => f.GetString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_input_and_wrong_options_are_told_apart()
    {
        using var folder = new TempFolder();
        PublishedLayout.DtuRaw(folder.File("S1.mat"));
        var table = await AttendProcess.RunAsync("decode", folder.File("S1.mat"), folder.File("out"), "participant");
        Assert.Equal(ExitCode.InputInvalid, table.ExitCode);
        Assert.Contains("writetable(expinfo", table.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("out")));
        var band = await AttendProcess.RunAsync("decode", folder.File("S1.mat"), folder.File("out"), "participant", "--band-hz", "9");
        Assert.Equal(ExitCode.Usage, band.ExitCode);
        Assert.Contains("expected LOW,HIGH or none", band.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_decoder_fits_the_live_engine_and_steps_it_lacks_are_refused()
    {
        using var folder = new TempFolder();
        string output = folder.File("out"), set = SharedData.PathOrSkip("bench/aad/tiny_64hz.mat");
        string[] arguments = ["decode", set, output, "participant", "--permutations", "0", "--windows-s", "5", "--save-decoder"];
        var result = await AttendProcess.RunAsync(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("held-out windows of 5 s", result.Error, StringComparison.Ordinal);
        string contract = Directory.GetFiles(output, "decoder.yaml", SearchOption.AllDirectories).Single();
        var decoder = AttentionEngine.Attention.Eeg.TemporalResponseFunction.Read(contract);
        Assert.Equal(17, decoder.Lags);
        Assert.True(decoder.NatsPerProduct > 0);
        byte[] bytes = File.ReadAllBytes(contract);
        Directory.Delete(Path.GetDirectoryName(contract)!, recursive: true);
        Assert.Equal(0, (await AttendProcess.RunAsync(arguments)).ExitCode);
        Assert.Equal(bytes, File.ReadAllBytes(contract));
        var refused = await AttendProcess.RunAsync([.. arguments, "--reference", "average"]);
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains("has no step for --reference", refused.Error, StringComparison.Ordinal);
    }
}
