using Qmtl.Shared.NodeIds;

namespace Qmtl.Tests.Unit.NodeIds;

public sealed class Blake3Tests
{
    public static TheoryData<int, string> Official
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var (_, vector) in Fixture.Lines("blake3/official-input.jsonl"))
                data.Add(vector.GetProperty("length").GetInt32(), vector.GetProperty("hash").GetString()!);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Official))]
    public void Hashes_the_official_inputs(int length, string extended)
    {
        var input = Input(length);
        var output = new byte[extended.Length / 2];
        Blake3.Hash(input, output);
        Assert.Equal(extended, Convert.ToHexStringLower(output));
        Assert.Equal(extended[..64], Blake3.HashHex(input));
    }

    [Theory]
    [MemberData(nameof(Official))]
    public void Plain_code_and_wide_code_agree_in_any_pieces(int length, string extended)
    {
        var input = Input(length);
        foreach (var portable in new[] { true, false })
        {
            foreach (var piece in new[] { 1, 63, 64, 1000, 1024, 1025, 8192, 70_000, int.MaxValue })
            {
                if (length / piece > 3000) continue;
                var hasher = new Blake3Hasher(portable);
                for (var at = 0; at < length; at += Math.Min(piece, length - at)) hasher.Append(input.AsSpan(at, Math.Min(piece, length - at)));
                var output = new byte[extended.Length / 2];
                hasher.Finish(output);
                Assert.Equal(extended, Convert.ToHexStringLower(output));
            }
        }
    }

    [Fact]
    public void Finishing_does_not_end_the_hash()
    {
        var hasher = new Blake3Hasher();
        var output = new byte[32];
        hasher.Append(Input(5000));
        hasher.Finish(output);
        Assert.Equal(Blake3.Hash(Input(5000)), output);
        hasher.Append(Input(10_000).AsSpan(5000));
        hasher.Finish(output);
        Assert.Equal(Blake3.Hash(Input(10_000)), output);
    }

    [Fact]
    public void Empty_input_has_the_known_hash()
        => Assert.Equal("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262", Blake3.HashHex([]));

    private static byte[] Input(int length)
    {
        var input = new byte[length];
        for (var i = 0; i < length; i++) input[i] = (byte)(i % 251);
        return input;
    }
}
