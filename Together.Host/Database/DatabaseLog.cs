namespace Together.Host.Database;

internal static partial class DatabaseLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Migration} applied")]
    public static partial void MigrationApplied(ILogger logger, string migration);

    [LoggerMessage(Level = LogLevel.Information, Message = "Another node is migrating this database; waiting for it")]
    public static partial void WaitingForOtherNode(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Migration {Migration} gave way to running queries (attempt {Attempt} of {Attempts})")]
    public static partial void MigrationGaveWay(ILogger logger, string migration, int attempt, int attempts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is not reachable yet: {Reason}; trying again in {BackOff}")]
    public static partial void DatabaseNotReachable(ILogger logger, string reason, TimeSpan backOff);
}
