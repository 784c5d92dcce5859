namespace Together.Host.Database;

/// <summary>
/// The host cannot start on this database. The message is for the person who runs it: what is wrong, what to do, no secrets;
/// print it without a stack trace.
/// </summary>
public sealed class DatabaseRefusedException(string message, Exception? inner = null) : Exception(message, inner);
