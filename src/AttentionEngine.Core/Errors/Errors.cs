namespace AttentionEngine.Core.Errors;

/// <summary>Process exit codes (DESIGN.md §3).</summary>
public static class ExitCode
{
    public const int Ok = 0;
    public const int Bug = 1;
    public const int Usage = 2;
    public const int StreamMissing = 3;
    public const int InputInvalid = 4;
    public const int DataLoss = 5;
    public const int Mismatch = 6;
    public const int Interrupted = 130;
}

/// <summary>An error that a person can act on. The message says what, which value, where, what was expected and what to do.</summary>
public abstract class AttendException(string message, int exitCode, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>Usage or configuration is wrong: exit 2.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : AttendException(message, Errors.ExitCode.Usage, inner);

/// <summary>A required stream, device or system package is missing: exit 3.</summary>
public sealed class StreamMissingException(string message, Exception? inner = null) : AttendException(message, Errors.ExitCode.StreamMissing, inner);

/// <summary>Input data (a file, a model, a recording) is invalid: exit 4.</summary>
public sealed class InputDataException(string message, Exception? inner = null) : AttendException(message, Errors.ExitCode.InputInvalid, inner);

/// <summary>A replay or a golden comparison differs: exit 6.</summary>
public sealed class MismatchException(string message, Exception? inner = null) : AttendException(message, Errors.ExitCode.Mismatch, inner);

/// <summary>Data were lost on the way to the disk (full, gone): exit 5.</summary>
public sealed class DataLossException(string message, Exception? inner = null) : AttendException(message, Errors.ExitCode.DataLoss, inner);
