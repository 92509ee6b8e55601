using AttentionEngine.Core.Eeg;
using AttentionEngine.Core.Yaml;

namespace AttentionEngine.Attention.Eeg;

/// <summary>How a decoder was trained, as its file declares it: group <c>training</c>.</summary>
/// <param name="Lambda">Ridge parameter, in the unit of <paramref name="Convention"/>.</param>
/// <param name="Reference">Of the EEG it was trained on; the live stream must have the same.</param>
/// <param name="Software">Program and linear algebra with versions.</param>
public sealed record DecoderTraining(double Lambda, LambdaConvention Convention, string Reference, string Software, int Trials)
{
    internal static DecoderTraining? Read(YamlMap? map)
    {
        if (map is null) return null;
        string convention = map.Choice("lambda_convention", null, Enum.GetNames<LambdaConvention>());
        var training = new DecoderTraining(map.Number("lambda", 0, double.MaxValue), Enum.Parse<LambdaConvention>(convention), map.Text("reference"), map.Text("software"), map.Integer("trials", 1, int.MaxValue));
        map.Done();
        return training;
    }

    internal string Yaml() => FormattableString.Invariant($$"""
        training:
          lambda: {{Lambda:R}}
          lambda_convention: {{Convention}}
          reference: "{{Reference}}"
          software: "{{Software}}"
          trials: {{Trials}}

        """);
}
