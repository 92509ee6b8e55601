namespace AttentionEngine.Core.Streams;

/// <summary>Value formats of LSL and XDF; the numbers are LSL's.</summary>
public enum ChannelFormat
{
    Undefined = 0,
    Float32 = 1,
    Double64 = 2,
    Text = 3,
    Int32 = 4,
    Int16 = 5,
    Int8 = 6,
    Int64 = 7,
}

public static class ChannelFormats
{
    /// <summary>Bytes of one value; 0 for text.</summary>
    public static int ByteSize(this ChannelFormat format) => format switch
    {
        ChannelFormat.Float32 or ChannelFormat.Int32 => 4,
        ChannelFormat.Double64 or ChannelFormat.Int64 => 8,
        ChannelFormat.Int16 => 2,
        ChannelFormat.Int8 => 1,
        _ => 0,
    };

    /// <summary>The name used in LSL and XDF metadata (<c>float32</c>, <c>double64</c>, <c>string</c>, …).</summary>
    public static string XdfName(this ChannelFormat format) => format switch
    {
        ChannelFormat.Float32 => "float32",
        ChannelFormat.Double64 => "double64",
        ChannelFormat.Text => "string",
        ChannelFormat.Int32 => "int32",
        ChannelFormat.Int16 => "int16",
        ChannelFormat.Int8 => "int8",
        ChannelFormat.Int64 => "int64",
        _ => "undefined",
    };

    public static ChannelFormat FromXdfName(string name) => name switch
    {
        "float32" => ChannelFormat.Float32,
        "double64" => ChannelFormat.Double64,
        "string" => ChannelFormat.Text,
        "int32" => ChannelFormat.Int32,
        "int16" => ChannelFormat.Int16,
        "int8" => ChannelFormat.Int8,
        "int64" => ChannelFormat.Int64,
        _ => ChannelFormat.Undefined,
    };
}
