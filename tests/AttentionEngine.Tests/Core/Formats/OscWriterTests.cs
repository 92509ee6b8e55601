using System.Text;
using AttentionEngine.Core.Formats;

namespace AttentionEngine.Tests.Core.Formats;

/// <summary>The bytes of the examples in the OSC 1.0 specification.</summary>
public sealed class OscWriterTests
{
    [Fact]
    public void Messages_are_the_specifications_bytes()
    {
        var osc = new OscWriter(256);
        osc.Begin(bundle: false);
        osc.Message("/oscillator/4/frequency"u8, "f"u8);
        osc.Float(440);
        Assert.Equal("2F6F7363696C6C61746F722F342F6672657175656E6379002C66000043DC0000", Convert.ToHexString(osc.End()));
        osc.Begin(bundle: false);
        osc.Message("/foo"u8, "iisff"u8);
        osc.Int(1000);
        osc.Int(-1);
        osc.Text("hello"u8);
        osc.Float(1.234f);
        osc.Float(5.678f);
        Assert.Equal("2F666F6F00000000" + "2C69697366660000" + "000003E8" + "FFFFFFFF" + "68656C6C6F000000" + "3F9DF3B6" + "40B5B22D", Convert.ToHexString(osc.End()));
    }

    [Fact]
    public void A_bundle_holds_the_size_of_each_message()
    {
        var osc = new OscWriter(256);
        osc.Begin(bundle: true);
        osc.Message("/a"u8, "i"u8);
        osc.Int(1);
        osc.Message("/bcd"u8, "f"u8);
        osc.Float(1);
        Assert.Equal("2362756E646C6500" + "0000000000000001" + "0000000C" + "2F610000" + "2C690000" + "00000001" + "00000010" + "2F62636400000000" + "2C660000" + "3F800000", Convert.ToHexString(osc.End()));
        osc.Begin(bundle: true);
        Assert.Equal(16, osc.End().Length);
    }

    [Theory]
    [InlineData("talker 1", "talker_1")]
    [InlineData("a/b{c}", "a_b_c_")]
    [InlineData("é", "_")]
    [InlineData("", "_")]
    public void A_name_becomes_a_part_of_an_address(string name, string part) => Assert.Equal(part, OscWriter.AddressPart(name));

    [Fact]
    public void A_message_that_does_not_fit_is_refused()
    {
        var osc = new OscWriter(8);
        osc.Begin(bundle: false);
        Assert.ThrowsAny<ArgumentException>(() => osc.Message(Encoding.ASCII.GetBytes("/much/too/long"), "f"u8));
    }
}
