using AttentionEngine.Core.Time;

namespace AttentionEngine.Core.Streams;

/// <summary>A text event of an experiment.</summary>
public readonly record struct Marker(long SampleIndex, StreamTime CaptureTime, string Text);
