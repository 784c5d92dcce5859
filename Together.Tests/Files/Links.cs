using System.Net;
using System.Text.Json;
using Together.Tests.Kit;

namespace Together.Tests.Files;

/// <summary>The files of a message, as its readers find them.</summary>
internal static class Links
{
    public static JsonElement File(this JsonElement message, int index = 0) => message.GetProperty("attachments")[index];

    public static string Link(this JsonElement message, int index = 0) => message.File(index).GetProperty("url").GetString()!;

    public static string Link(this Answer answer) => answer["url"].GetString()!;

    /// <summary>A link without what lets everybody in.</summary>
    public static string Bare(this string link) => link[..link.IndexOf('?', StringComparison.Ordinal)];

    public static List<string> FileNames(this JsonElement message) => [.. message.GetProperty("attachments").EnumerateArray().Select(file => file.GetProperty("filename").GetString()!)];

    public static async Task<HttpStatusCode> StatusAsync(this Person person, string link)
    {
        using var response = await person.FetchAsync(link);
        return response.StatusCode;
    }

    public static async Task<byte[]> BytesAsync(this Person person, string link)
    {
        using var response = await person.FetchAsync(link);
        return response.StatusCode == HttpStatusCode.OK ? await response.Content.ReadAsByteArrayAsync() : throw new Xunit.Sdk.XunitException($"{link}: {response.StatusCode}");
    }
}
