using FsCheck;
using FsCheck.Fluent;
using Qmtl.Console.Components.Filter;

namespace Qmtl.Tests.Unit.Console.Components;

public sealed class FilterQueryTests
{
    [Fact]
    public void Reads_tokens_and_words_in_order()
    {
        var query = FilterQuery.Parse("  State:queued tag:\"spot btc\" momentum ");
        Assert.Equal([new FilterToken("state", "queued"), new("tag", "spot btc"), new(null, "momentum")], query.Tokens.ToArray());
    }

    [Theory]
    [InlineData("blake3:abc", "blake3", "abc")]
    [InlineData("a.b-c_d:x:y", "a.b-c_d", "x:y")]
    [InlineData("9a:b", null, "9a:b")]
    [InlineData(":b", null, ":b")]
    [InlineData("\"a:b\"", null, "a:b")]
    [InlineData("state:", null, "state:")]
    [InlineData("tag:\"still typing", "tag", "still typing")]
    [InlineData("tag:\"say \\\"hi\\\" \\\\\"", "tag", "say \"hi\" \\")]
    public void Reads_one_token(string text, string? key, string value) =>
        Assert.Equal([new FilterToken(key, value)], FilterQuery.Parse(text).Tokens.ToArray());

    [Fact]
    public void Says_each_token_once() => Assert.Equal("tag:btc", FilterQuery.Parse("tag:btc TAG:btc").ToString());

    [Fact]
    public void Text_beyond_the_bound_is_ignored() => Assert.Single(FilterQuery.Parse(new string('a', FilterQuery.MaxLength) + " b").Tokens);

    [Fact]
    public void Writing_and_reading_any_tokens_gives_them_back()
    {
        var text = ArbMap.Default.ArbFor<NonNull<string>>();
        Prop.ForAll(text, text, (word, value) =>
        {
            var query = FilterQuery.Empty.With(null, Short(word)).With("tag", Short(value));
            return FilterQuery.Parse(query.ToString()).Equals(query);
        }).QuickCheckThrowOnFailure();

        static string Short(NonNull<string> given) => given.Get.Length > 200 ? given.Get[..200] : given.Get;
    }

    [Fact]
    public void One_key_means_any_of_and_words_mean_all_of()
    {
        var query = FilterQuery.Parse("state:queued state:failed mom BTC");
        Assert.True(query.Allows("state", "Failed"));
        Assert.False(query.Allows("state", "completed"));
        Assert.True(query.Allows("world", "anything"));
        Assert.True(query.Matches("Momentum", "btc"));
        Assert.False(query.Matches("momentum", null));
    }

    [Fact]
    public void Suggests_keys_then_values_without_those_taken()
    {
        FilterKey[] keys = [new("state", "state of the strategy", "queued", "failed"), new("tag", "tag of a node", "stable", "btc")];
        Assert.Equal(["state:", "tag:"], FilterSuggestions.For("", keys, FilterQuery.Empty).Select(suggestion => suggestion.Text));
        Assert.Equal(["state:", "tag:stable"], FilterSuggestions.For("sta", keys, FilterQuery.Empty).Select(suggestion => suggestion.Text));
        Assert.Equal(["state:failed"], FilterSuggestions.For("state:", keys, FilterQuery.Parse("state:queued")).Select(suggestion => suggestion.Text));
        Assert.Empty(FilterSuggestions.For("nothing:x", keys, FilterQuery.Empty));
    }
}
