using System.CommandLine;

namespace AttentionEngine.Cli.Commands;

/// <summary>Every command, one line each, in the order of the help.</summary>
internal static class CommandList
{
    public static IEnumerable<Command> All()
    {
        yield return DemoCommand.Create();
        yield return RunCommand.Create();
        yield return RecordCommand.Create();
        yield return ReplayCommand.Create();
        yield return EvaluateCommand.Create();
        yield return DecodeCommand.Create();
        yield return SimulateCommand.Create();
        yield return SimulateLiveCommand.Create();
        yield return SeparateCommand.Create();
        yield return TrackCommand.Create();
        yield return RigCommand.Create();
        yield return DesignCommand.Create();
        yield return XdfCommand.Create();
        yield return DoctorCommand.Create();
        yield return DevicesCommand.Create();
        yield return CalibrateCommand.Create();
        yield return ModelCommand.Create();
        yield return StreamsCommand.Create();
        yield return TrainCommand.Create();
    }
}
