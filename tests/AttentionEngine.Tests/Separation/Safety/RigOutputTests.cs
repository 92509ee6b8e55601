using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Rigs;

namespace AttentionEngine.Tests.Separation.Safety;

public sealed class RigOutputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-rig-output-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Rig Read(string output)
    {
        string file = Path.Combine(_folder, "rig.yaml");
        File.WriteAllText(file, File.ReadAllText(Repository.PathOf("rigs/sim-bte4.yaml")).Replace("../models", Repository.PathOf("models"), StringComparison.Ordinal) + $"\noutput: {{ {output} }}\n");
        return RigReader.Read(file);
    }

    [Fact]
    public void The_calibration_is_read_and_the_strict_limits_are_the_defaults()
    {
        Assert.Equal(new RigOutput(112.5, "2026-11-02", 100, 80, 40, 500), Read("full_scale_db_spl: 112.5, calibrated_on: 2026-11-02").Output);
        Assert.Equal(new RigOutput(112.5, "2026-11-02", 111, 85, 8, 800), Read("full_scale_db_spl: 112.5, calibrated_on: 2026-11-02, peak_cap_db_spl: 111, long_term_limit_dba: 85, week_hours: 8, hold_ms: 800").Output);
        Assert.Null(RigReader.Read(Repository.PathOf("rigs/sim-bte4.yaml")).Output);
    }

    [Theory]
    [InlineData("calibrated_on: 2026-11-02", "full_scale_db_spl")]
    [InlineData("full_scale_db_spl: 110", "calibrated_on")]
    [InlineData("full_scale_db_spl: 110, calibrated_on: yesterday", "yyyy-MM-dd")]
    [InlineData("full_scale_db_spl: 110, calibrated_on: 2026-11-02, peak_cap_db_spl: 112", "[60, 111]")]
    [InlineData("full_scale_db_spl: 110, calibrated_on: 2026-11-02, hold_ms: 200", "[500, 10000]")]
    [InlineData("full_scale_db_spl: .nan, calibrated_on: 2026-11-02", "full_scale_db_spl")]
    [InlineData("full_scale_db_spl: 110, calibrated_on: 2026-11-02, peak_cap_db_spl: 80", "long_term_limit_dba")]
    [InlineData("full_scale_db_spl: 110, calibrated_on: 2026-11-02, peak_cap_dbspl: 80", "peak_cap_db_spl")]
    public void A_wrong_calibration_is_refused_by_its_key(string output, string said) =>
        Assert.Contains(said, Assert.Throws<ConfigurationException>(() => Read(output)).Message, StringComparison.Ordinal);
}
