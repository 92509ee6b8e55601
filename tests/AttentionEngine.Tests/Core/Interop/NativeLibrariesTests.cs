using AttentionEngine.Core.Errors;
using AttentionEngine.Core.Interop;

namespace AttentionEngine.Tests.Core.Interop;

public class NativeLibrariesTests
{
    [Fact]
    public void A_missing_library_is_said_with_the_places_and_what_to_do()
    {
        var error = Assert.Throws<StreamMissingException>(() => NativeLibraries.Find("no_such_library"));
        Assert.Equal(ExitCode.StreamMissing, error.ExitCode);
        Assert.Contains("no_such_library", error.Message, StringComparison.Ordinal);
        Assert.Contains("./attend setup", error.Message, StringComparison.Ordinal);
        Assert.Contains(AppContext.BaseDirectory, error.Message, StringComparison.Ordinal);
    }
}
