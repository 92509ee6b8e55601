using System.Numerics;
using AttentionEngine.Capture.Datasets;
using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Errors;

namespace AttentionEngine.Tests.Capture.Datasets;

public class BidsPlacesTests
{
    private static readonly string[] Names = ["Fz", "Cz", "Pz", "C3", "C4", "T7", "T8", "Oz"];

    /// <summary>The standard places, 4 cm above the file's origin, in the axes of the coordinate system.</summary>
    private static void Write(TempFolder folder, string json, Func<Vector3, Vector3> fromHeadMm)
    {
        string stem = folder.File("eeg/sub-07_space-X_");
        Directory.CreateDirectory(folder.File("eeg"));
        File.WriteAllLines(stem + "electrodes.tsv", ["name\tx\ty\tz", .. Names.Select(n => { var p = fromHeadMm(1000 * (StandardMontage.PositionM(n)!.Value + new Vector3(0.01f, 0, 0.04f))); return FormattableString.Invariant($"{n}\t{p.X}\t{p.Y}\t{p.Z}"); }), "GND\tn/a\tn/a\tn/a"]);
        File.WriteAllText(stem + "coordsystem.json", json);
    }

    [Theory]
    [InlineData("{\"EEGCoordinateSystem\":\"CapTrak\",\"EEGCoordinateUnits\":\"mm\"}", true)]
    [InlineData("{\"EEGCoordinateSystem\":\"CTF\",\"EEGCoordinateUnits\":\"mm\"}", false)]
    [InlineData("{\"EEGCoordinateSystem\":\"Other\",\"EEGCoordinateUnits\":\"mm\"}", true)]
    [InlineData("{\"EEGCoordinateSystem\":\"Other\",\"EEGCoordinateUnits\":\"mm\"}", false)]
    public void Electrodes_come_about_the_middle_of_the_head_whatever_the_axes(string json, bool xIsRight)
    {
        using var folder = new TempFolder();
        Write(folder, json, p => xIsRight ? new(-p.Y, p.X, p.Z) : p);
        var places = BidsElectrodes.Read(folder.File("eeg"));
        Assert.Equal(Names.Order(StringComparer.Ordinal), places.Keys.Order(StringComparer.Ordinal));
        Assert.All(Names, n => Assert.InRange(Vector3.Distance(StandardMontage.PositionM(n)!.Value, places[n]), 0, 0.001f));
    }

    [Fact]
    public void A_wrong_coordinate_is_named_and_no_table_is_no_error()
    {
        using var folder = new TempFolder();
        Write(folder, "{}", p => p);
        File.AppendAllText(folder.File("eeg/sub-07_space-X_electrodes.tsv"), "O1\t1\tleft\t3\n");
        Assert.Contains("electrode O1 has y 'left'", Assert.Throws<InputDataException>(() => BidsElectrodes.Read(folder.File("eeg"))).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("none"));
        Assert.Empty(BidsElectrodes.Read(folder.File("none")));
    }

    [Fact]
    public void What_is_told_of_listeners_types_and_places_reaches_the_data_set()
    {
        using var folder = new TempFolder();
        BidsLoaderTests.Make(folder);
        File.WriteAllText(folder.File("bids/participants.tsv"), "participant_id\tage\tsex\thearing\nsub-06\t31\tM\tnormal\nsub-07\t24\tn/a\taided\n");
        File.WriteAllText(folder.File("bids/sub-07/eeg/sub-07_task-x_channels.tsv"), "name\ttype\tunits\tstatus\nFz\tEEG\tµV\tgood\nCz\tHEOG\tµV\tgood\nPulse\tMISC\tn/a\tgood\n");
        File.WriteAllText(folder.File("bids/sub-07/eeg/sub-07_electrodes.tsv"), "name\tx\ty\tz\nFz\t70\t0\t60\n");
        File.WriteAllText(folder.File("bids/sub-07/eeg/sub-07_coordsystem.json"), "{\"EEGCoordinateSystem\":\"EEGLAB\",\"EEGCoordinateUnits\":\"mm\"}");
        var participant = Assert.Single(EegDatasetReader.Read(folder.File("bids"), []).Participants);
        Assert.Equal(["24", "aided"], [participant.Attributes["age"], participant.Attributes["hearing"]]);
        Assert.False(participant.Attributes.ContainsKey("sex"));
        Assert.Equal([EegChannelType.Eeg, EegChannelType.Eog], participant.Channels.Select(c => c.Type));
        Assert.InRange(Vector3.Distance(new(0.07f, 0, 0.06f), participant.Channels[0].PositionM!.Value), 0, 1e-6f);
        Assert.Null(participant.Channels[1].PositionM);
    }
}
