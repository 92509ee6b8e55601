using System.IO.Compression;

namespace AttentionEngine.Tests.Capture.EegFiles;

/// <summary>Two small files of other writers: SciPy 1.10 (v5, compressed) and h5py 3.7 with MATLAB's user block and attributes (v7.3).</summary>
internal static class MatSamples
{
    /// <summary>x: 3×2 double 0…5; cells: {int16 [1 2 3], 'L'}; s: struct fs 64, sub.side 'R'.</summary>
    public static byte[] V5 => Convert.FromBase64String("TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IFRodSBOb3YgMjYgMTY6NDI6MDIgMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAANgAAAHic42NgYEgAYjYg5oDSIMAK5TMDMRMQMwJhBZDmBGIDBnTwwR7KcIBQHFBaAEqLOAAAlsUDow8AAABJAAAAeJzjY2BgWAHEbEDMAcSMDBDAisRngtIgseTUnJxiIM0HxBZI+riw6GNGMo8ZqpYRaBozVL8Bkn4WLPoZkfQLAFk+QBoA3iQEKw8AAABjAAAAeJzjYwACRgYGNiDFAcRMDBDACuUzwjEjQzFYnAUIIWIg+TSgYHFpEgMfkG3BgDCHDac5EMAJFYeAAAeQ/goGYtwBE2cByzFC1RRnpqSCxEHmGCCZw0LAHAEgKwhIAwC2nAcK");

    /// <summary>x, name 'Böe', cells {int16 [1;2;3], 'L'}, s: fs 64 and an empty field, many: 1×2 struct array with v, expinfo: a table.</summary>
    public static byte[] V73()
    {
        using var packed = new GZipStream(new MemoryStream(Convert.FromBase64String("H4sIAAAAAAACA+1avW/TQBQ/n5vU6oeSglADBWq1gFoQVRBVYcOpWlSkBhB0YEA0rnMRRW5SNSlKt26UrSMjDEiMHRg6siDBxITof0AHJDbEFmzfs+O72PkiLRW93/Jy53d3zt1773f3zunUwnxqWr0xcV1Npxau5pZNoh4WEL6TRgL/FC/nZm7395zpcQqKgrpQnD7AVFQA+xNs2W2fASmB3AL5Drv1kvMsAfUD0D+vt/BgdtbWrnBwx0l2UamIJTuWmJtN3bflIyhrID9hVq8MMq+vEFuOrpFccRQhg5hm0SoX4fmKnt+wJSmvLudzBc9+E9y4EuqmzyS3PEYllvxugmSEAsuy1aOtOaDeAtvV0GQvmqyAQsSqtZ9jmY7Qi1Tnh+SNpzgelCU5Uy8RBG5g1dI3lbFcjlSHll0X6UNJaN9vVSgo7cT5RcPUi84UnLT6j/r8NltYXzJJ0AyweHj33ow9J67WhwTr//tQVoaoVN368/XX9ybIvSv19ZIgVy+x476C8i5dHjeKoZ3B+v2BOvo9zPanwotrI2zcUeXO2LMd76SAeHe6QbudGFvm7U3ERwEBAQEBAQGB/wvlJ0ZGiw7/eNPXrXyU3kZev9+S0dQL/Hga/ULE2lBiays4jzZh+713zt/4vsZ3x+tJvi2lgICAgICAwBFBo3ykjKpEHlyOO7/jHtHTTJmXh8S0Iy+/KH2GjFOUeY9m8otdvnGNp/oabadBuxPWb6/dcr60mCVGIUtAP64gyHWqzPvjmvkIvl/g85CN7he2zyLfbAgcN/D3C649jQ2xejrIJc6vtLb9OVrXn8P9mPNnpVl//tK2P0d841sOe22KzlxH14HeL2Avj705VF/f9Vf2oCPQrF2FydZ54mssKEK3yxOdtqtG84G5/49r5oP+70FE71jC5+FbLIhJWp4HYppwaD8g+5AZ3ozD++6OsKM24s3EBcGbgjdreTMzwurl4OI9X8iTTvCmu8/j72lbvfcultbWjVIn4mWT9/w18eI7xAul5XgRfH+vdWRdeR5WRpvj4cxF4RP1z2t03SWJ5R0cwLuKz0PC7edn23wTZD998CWG3c53PiMrq6UNdxTJZ6+8HzT6fiSMd5LjrfHO9uUgrxE4rrzjnQPGWL3nnH3+7a7S5R3+e6P2eSdySPvSSix4p7Z1pNaV8o5UPf+NC1s/iDxhmD0F8ZA/DxduX7F4u/sYf16hpNNtTDVPeMrPQ4WlZ8TwpwrD8oT8Z3p/AHfsAU7oLgAA")), CompressionMode.Decompress);
        using var target = new MemoryStream();
        packed.CopyTo(target);
        return target.ToArray();
    }
}
