using Npgsql;
using Together.Actors.Persistence;
using Together.Actors.Servers;
using Together.Actors.Views;
using Together.Host.Http;
using Together.Protocol;
using Together.Protocol.Channels;
using static Together.Host.Http.Answers;

namespace Together.Host.Channels;

/// <summary>Search: <c>/api/channels/{id}/messages/search</c> and <c>/api/servers/{id}/messages/search</c>.</summary>
public sealed class SearchEndpoints(Node node)
{
    private const Permissions Needed = Permissions.ViewChannel | Permissions.ReadMessageHistory;

    private static readonly Parameter[] Filters =
    [
        new("q", "Words that all have to be there: also \"phrases\", beginnings* and -exclusions; at most 256 characters."),
        new("author_id", "Only what this user wrote.", "uuid"),
        new("mentions", "Only what mentions this user by name.", "uuid"),
        new("has", "Only what has one of these.") { Words = ["file", "link", "image"], IsList = true },
        new("before", "Only those below this ID or before this RFC 3339 time."),
        new("after", "Only those above this ID or after this time."),
        new("sort", "newest (the default), or relevance among the newest 500.") { Words = ["newest", "relevance"] },
        Parameters.Limit,
        new("offset", "How many to leave out: 0 to 1,000.", "int32"),
    ];

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/channels/{id:guid}/messages/search", InChannelAsync).WithTags("messages").WithSummary("Search a channel").Produces<SearchResult>().Takes(Filters);
        api.MapGet("/servers/{id:guid}/messages/search", InServerAsync).WithTags("messages").WithSummary("Search all channels whose history one may read")
            .Produces<SearchResult>().Takes([.. Filters, new("channel_id", "Only what is in this channel.", "uuid")]);
    }

    private async Task<IResult> InChannelAsync(HttpContext context, Guid id)
    {
        var root = node.Views.Root;
        if (Access.AnyChannel(root, context.Caller().UserId, new(id), Permissions.ReadMessageHistory, node.Now, out var channel) is { } problem) return problem;
        var query = new QueryFields(context);
        var wanted = Read(query, isNarrowed: false);
        return query.IsInvalid(out var invalid) ? invalid : await AnswerAsync(context, root, new SearchScope([channel.Id], null), wanted);
    }

    private async Task<IResult> InServerAsync(HttpContext context, Guid id)
    {
        var root = node.Views.Root;
        var caller = context.Caller().UserId;
        if (Access.Server(root, caller, new(id), Permissions.None, node.Now, out var server) is { } problem) return problem;
        var query = new QueryFields(context);
        var only = query.Id<ChannelId>("channel_id");
        var wanted = Read(query, isNarrowed: only is not null);
        if (query.IsInvalid(out var invalid)) return invalid;

        // A channel that the caller does not see is none, whatever is in it.
        var now = node.Now;
        ChannelId[] readable = [.. server.Channels.Values
            .Where(channel => channel.Type != ChannelType.Category && (only is null || channel.Id == only) && server.Allows(caller, channel, Needed, now)).Select(channel => channel.Id)];
        return await AnswerAsync(context, root, new SearchScope(readable, only is null ? server.Id : null), wanted);
    }

    private static MessageQuery Read(QueryFields query, bool isNarrowed)
    {
        var typed = query.Text("q", Limits.SearchQueryMax);
        var terms = SearchTerm.Parse(typed ?? "");
        if (terms.Count > Limits.SearchTermsMax) query.Add("q", $"must have at most {Limits.SearchTermsMax} words");
        // What was typed but has no word finds nothing.
        if (typed is not null && terms.Count == 0) terms = [new SearchTerm("")];
        var wanted = new MessageQuery(
            terms,
            query.Id<UserId>("author_id"),
            query.Id<UserId>("mentions"),
            (SearchContents)query.Choices("has", "file", "link", "image"),
            query.Before(),
            query.After(),
            query.Number("offset", 0, Limits.SearchOffsetMax) ?? 0,
            query.Limit(),
            query.Choice("sort", "newest", "relevance") == 1);
        if (typed is null && !isNarrowed && wanted is { Author: null, Mentions: null, Contents: SearchContents.Anything, Before: null, After: null })
            query.Add("q", "is required without a filter");
        return wanted;
    }

    private async Task<IResult> AnswerAsync(HttpContext context, ViewRoot root, SearchScope scope, MessageQuery query)
    {
        FoundMessages? found;
        try
        {
            found = await node.Search.FindAsync(scope, query, context.Caller().UserId, context.RequestAborted);
        }
        catch (PostgresException cancelled) when (cancelled.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            return new Problem(ErrorCode.Unavailable, "The search took too long: narrow it by a channel, an author or a time.");
        }

        if (found is null) return new Problem(ErrorCode.Overloaded, "Too many people search at this moment, retry later.");
        return Json(
            new SearchResult(
                [.. found.Messages.Select(each => root.Message(each.Message))],
                found.Total,
                found.HasMore,
                [.. found.Messages.Where(each => each.Highlights.Count > 0).Select(each => new Highlight(each.Message.Message.Id, each.Highlights))]),
            WireJson.Default.SearchResult);
    }
}
