using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Qmtl.Tests.Integration.Api;

/// <summary>Requests with DAG bodies, and how their answers are read.</summary>
internal static class Bodies
{
    public static byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "dags", name));

    public static HttpContent Of(byte[] bytes, string type = "application/json") => new ByteArrayContent(bytes) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    public static HttpContent Of(string text, string type = "application/json") => Of(Encoding.UTF8.GetBytes(text), type);

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;

    /// <summary>A chain of bare nodes, as long as fits into so many bytes.</summary>
    public static byte[] Chain(int bytes)
    {
        using var text = new MemoryStream(bytes);
        Write("""{"schema_version":"v1","nodes":[""");
        for (var i = 0; ; i++)
        {
            var node = string.Create(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")}{{\"node_id\":\"{i}\",\"node_type\":\"N\",\"inputs\":[{(i == 0 ? "" : $"\"{i - 1}\"")}]}}");
            if (text.Length + node.Length + 2 > bytes)
            {
                break;
            }

            Write(node);
        }

        Write("]}");
        return text.ToArray();

        void Write(string part) => text.Write(Encoding.ASCII.GetBytes(part));
    }

    /// <summary>Asserts problem details with what, where and advice, and gives them back.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string? code = null)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.JsonAsync();
        foreach (var member in new[] { "title", "detail", "code", "where", "advice" })
        {
            Assert.False(string.IsNullOrWhiteSpace(problem.GetProperty(member).GetString()), member);
        }

        if (code is not null)
        {
            Assert.Equal(code, problem.GetProperty("code").GetString());
        }

        return problem;
    }
}
