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

    [LoggerMessage(Level = LogLevel.Information, Message = "Creating a PostgreSQL {Major} database in {Directory}")]
    public static partial void CreatingCluster(ILogger logger, int major, string directory);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Removed {Directory}, which an interrupted start left unfinished")]
    public static partial void UnfinishedClusterRemoved(ILogger logger, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "Created the system user {User} to run PostgreSQL as")]
    public static partial void UserCreated(ILogger logger, string user);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping PostgreSQL (process {Process}), which a killed host left running")]
    public static partial void StoppingLeftover(ILogger logger, int process);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Ending processes that a dead PostgreSQL left behind: {Processes}")]
    public static partial void StoppingOrphans(ILogger logger, string processes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Removed a stale postmaster.pid: process {Process} is not this PostgreSQL")]
    public static partial void StaleProcessFileRemoved(ILogger logger, int process);

    [LoggerMessage(Level = LogLevel.Information, Message = "Built-in PostgreSQL {Major} runs in {Directory}")]
    public static partial void PostgresStarted(ILogger logger, int major, string directory);

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL is still starting, its log is {LogFile}")]
    public static partial void StillStarting(ILogger logger, string logFile);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL ended unexpectedly (exit code {ExitCode}); starting it again in {BackOff}")]
    public static partial void PostgresDied(ILogger logger, int exitCode, TimeSpan backOff);

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL runs again")]
    public static partial void PostgresRestarted(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL could not be started again: {Reason}")]
    public static partial void PostgresRestartFailed(ILogger logger, string reason);
}
