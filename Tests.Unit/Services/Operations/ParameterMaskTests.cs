using System.Text.Json;
using Qmtl.Operations.Audit;
using Qmtl.Shared.Rail;

namespace Qmtl.Tests.Operations;

public sealed class ParameterMaskTests
{
    [Theory]
    [InlineData("password", true)]
    [InlineData("New-Password", true)]
    [InlineData("clientSecret", true)]
    [InlineData("access_token", true)]
    [InlineData("api_key", true)]
    [InlineData("Key", true)]
    [InlineData("Authorization", true)]
    [InlineData("partition_key", false)]
    [InlineData("monkey", false)]
    [InlineData("weight", false)]
    [InlineData("author", false)]
    public void Names_that_speak_of_a_secret_are_masked(string name, bool isSecret) => Assert.Equal(isSecret, ParameterMask.IsSecret(name));

    [Fact]
    public void Values_are_masked_at_any_depth_whatever_they_are()
    {
        using var json = JsonDocument.Parse("{\"a\":1,\"token\":{\"x\":\"s3cret\"},\"list\":[{\"password\":[\"s3cret\"]},\"s\"],\"link\":\"s3cret\"}");
        var masked = ParameterMask.Apply(json.RootElement, [new OperationParameter("Link", "A link", Secret: true)]);
        Assert.Equal("{\"a\":1,\"token\":\"•••\",\"list\":[{\"password\":\"•••\"},\"s\"],\"link\":\"•••\"}", masked);
        Assert.Null(ParameterMask.Apply(default(JsonElement)));
        Assert.DoesNotContain("s3cret", ParameterMask.Apply("password=s3cret"), StringComparison.Ordinal);
    }
}
