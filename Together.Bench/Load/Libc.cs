using System.Runtime.InteropServices;

namespace Together.Bench.Load;

/// <summary>The system calls of Linux that the load generator makes itself, because they are cheaper than a task per socket.</summary>
internal static unsafe partial class Libc
{
    internal const int EpollCtlAdd = 1;
    internal const int EpollCtlDel = 2;
    internal const uint EpollIn = 1;

    /// <summary>The call returns at once, whatever the socket's mode.</summary>
    internal const int MsgDontWait = 0x40;

    /// <summary>A send to a closed connection answers EPIPE instead of raising a signal.</summary>
    internal const int MsgNoSignal = 0x4000;

    internal const int EAgain = 11;
    internal const int EIntr = 4;
    internal const int SigTerm = 15;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    internal static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    internal static partial int EpollControl(int epoll, int operation, int descriptor, byte* interest);

    /// <summary>Unlike epoll_wait it takes nanoseconds: a schedule of 1,000 messages a second needs better than whole milliseconds.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    internal static partial int EpollWait(int epoll, byte* events, int capacity, in Timespec timeout, nint signals);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int process, int signal);

    [StructLayout(LayoutKind.Sequential)]
    internal struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
