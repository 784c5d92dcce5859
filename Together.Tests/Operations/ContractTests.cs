using System.Runtime.CompilerServices;
using Together.Tests.Kit;
using Xunit;

namespace Together.Tests.Operations;

/// <summary>What the host says about itself is what clients are built from (<c>docs/protocol/*.json</c>), and what it does.</summary>
public class ContractTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private static bool IsRenewing => Environment.GetEnvironmentVariable("TOGETHER_RENEW_CONTRACTS") == "1";

    [Theory]
    [InlineData("v1.json", "openapi.json")]
    [InlineData("gateway.json", "gateway.json")]
    public async Task committed_contract_is_the_hosts_own(string document, string file)
    {
        var path = Path.Combine(Root(), "docs", "protocol", file);
        var current = (await shared.Host.Client.GetStringAsync($"/openapi/{document}")).TrimEnd() + "\n";
        if (IsRenewing) await File.WriteAllTextAsync(path, current);
        Assert.True(
            await File.ReadAllTextAsync(path) == current,
            $"docs/protocol/{file} is not what the host serves as /openapi/{document}. If the change is meant, renew it: TOGETHER_RENEW_CONTRACTS=1 ./dev test --filter {nameof(ContractTests)}");
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
