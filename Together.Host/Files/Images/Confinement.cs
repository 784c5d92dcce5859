using System.Collections;
using System.Runtime.InteropServices;

namespace Together.Host.Files.Images;

/// <summary>
/// Turns this process into another program that can do little harm: no network, no processes, no signals or memory of others, bounded
/// memory, time and files, and no files but those it needs. It asks for no privileges and no namespaces, so it works in containers too. Linux only.
/// </summary>
internal static unsafe partial class Confinement
{
    /// <summary>Bytes of address space, seconds of processor time, bytes of the largest file.</summary>
    internal readonly record struct Bounds(ulong Memory, ulong ProcessorTime, ulong FileSize);

    /// <summary>Standard streams, the source, the target and what libraries hold open meanwhile.</summary>
    private const ulong OpenFiles = 64;

    /// <summary>Where distributions keep programs and libraries. Nothing under /etc but what the dynamic linker reads: settings hold secrets.</summary>
    private static readonly string[] Programs = ["/usr", "/lib", "/lib64", "/nix/store", "/gnu/store", "/etc/ld.so.cache", "/dev/null", "/dev/urandom"];

    private const int Eperm = 1, Enosys = 38;

    /// <summary>
    /// Does not return: the program takes this process's place with its arguments, its working directory and its environment but for DOTNET_*.
    /// It may write in its working directory only and read, besides programs, <paramref name="readable"/>.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">Something of it cannot be set up here; nothing has run.</exception>
    public static void Run(string program, IReadOnlyList<string> arguments, Bounds bounds, IReadOnlyList<string> readable)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException("needs Linux");
        DieFirst();
        Check(prctl(SetNoNewPrivileges, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
        HideFiles(program, readable);
        Limit(CoreLimit, 0);
        Limit(ProcessorTimeLimit, bounds.ProcessorTime);
        Limit(FileSizeLimit, bounds.FileSize);
        Limit(OpenFilesLimit, OpenFiles);

        var path = Text(program);
        var argv = Texts([program, .. arguments]);
        var environment = Texts(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => !((string)variable.Key).StartsWith("DOTNET_", StringComparison.Ordinal))
            .Select(variable => $"{variable.Key}={variable.Value}"));
        // With the memory limited the runtime may be unable to do so much as find a function.
        var libc = NativeLibrary.Load("libc", typeof(Confinement).Assembly, null);
        var setrlimit = (delegate* unmanaged<int, ResourceLimit*, int>)NativeLibrary.GetExport(libc, "setrlimit");
        var execve = (delegate* unmanaged<byte*, byte**, byte**, int>)NativeLibrary.GetExport(libc, "execve");
        var memory = new ResourceLimit(bounds.Memory, bounds.Memory);
        Filter();
        if (setrlimit(MemoryLimit, &memory) == 0) _ = execve(path, argv, environment);
        Environment.FailFast("The confined program does not start.");
    }

    /// <summary>Where memory runs out, the kernel shall end this process and not the host or the database (proc(5), oom_score_adj).</summary>
    private static void DieFirst()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container may mount /proc read-only. The bound of the memory holds all the same.
        }
    }

    // ---- getrlimit(2) ----

    private const int ProcessorTimeLimit = 0, FileSizeLimit = 1, CoreLimit = 4, OpenFilesLimit = 7, MemoryLimit = 9;

    private readonly record struct ResourceLimit(ulong Soft, ulong Hard);

    private static void Limit(int resource, ulong value)
    {
        var limit = new ResourceLimit(value, value);
        Check(setrlimit(resource, &limit), "setrlimit");
    }

    // ---- landlock(7): kernels from 5.13 on; those before do without, as there is nothing else that asks for no privileges ----

    private const int CreateRuleset = 444, AddRule = 445, RestrictSelf = 446;
    private const ulong Execute = 1 << 0, Write = 1 << 1, Read = 1 << 2, List = 1 << 3, Remove = 1 << 5, MakeFile = 1 << 8, Truncate = 1 << 14;

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct PathBeneath(ulong Allowed, int Parent);

    private static void HideFiles(string program, IReadOnlyList<string> readable)
    {
        const nint VersionFlag = 1;
        var version = syscall(CreateRuleset, 0, 0, VersionFlag, 0);
        if (version < 1) return;
        // Rights 0 to 12 from the first version on; 13 (to link elsewhere) and 14 (to truncate) came one by one.
        var handled = (1UL << (13 + (int)Math.Min(version - 1, 2))) - 1;
        var ruleset = (int)syscall(CreateRuleset, (nint)(&handled), sizeof(ulong), 0, 0);
        Check(ruleset, "landlock_create_ruleset");

        var prefix = Path.GetDirectoryName(Path.GetDirectoryName(program));
        foreach (var path in Programs.Append(prefix is null or "/" ? program : prefix))
        {
            if (Path.Exists(path)) Allow(ruleset, path, Directory.Exists(path) ? Execute | Read | List : Execute | Read);
        }
        foreach (var path in readable) Allow(ruleset, path, Read);
        Allow(ruleset, Environment.CurrentDirectory, (Read | Write | List | Remove | MakeFile | Truncate) & handled);
        Check(syscall(RestrictSelf, ruleset, 0, 0, 0), "landlock_restrict_self");
    }

    private static void Allow(int ruleset, string path, ulong allowed)
    {
        const int JustThePath = 0x200000, CloseOnExec = 0x80000;
        var parent = open(Text(path), JustThePath | CloseOnExec);
        Check(parent, path);
        var rule = new PathBeneath(allowed, parent);
        const nint BeneathPath = 1;
        Check(syscall(AddRule, ruleset, BeneathPath, (nint)(&rule), 0), "landlock_add_rule");
    }

    // ---- seccomp(2) ----

    /// <summary>System calls by their numbers on x86-64 and arm64; -1 where there is none.</summary>
    private static readonly (int X64, int Arm64)[] Refused =
    [
        // Network: socket, socketpair, connect, bind, listen, accept, accept4, sendto, recvfrom, sendmsg, recvmsg, sendmmsg, recvmmsg.
        (41, 198), (53, 199), (42, 203), (49, 200), (50, 201), (43, 202), (288, 242), (44, 206), (45, 207), (46, 211), (47, 212), (307, 269), (299, 243),
        // io_uring_setup, _enter, _register: does what is refused here past this filter.
        (425, 425), (426, 426), (427, 427),
        // Processes: fork, vfork.
        (57, -1), (58, -1),
        // Other processes: ptrace, process_vm_readv, process_vm_writev, kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal,
        // pidfd_open, pidfd_getfd, kcmp, process_madvise.
        (101, 117), (310, 270), (311, 271), (62, 129), (200, 130), (234, 131), (129, 138), (297, 240), (424, 424), (434, 434), (438, 438), (312, 272), (440, 440),
        // What is for root, where the host runs as root: unshare, setns, mount, umount2, pivot_root, chroot, open_tree, move_mount, fsopen,
        // fsconfig, fsmount, fspick, mount_setattr, mknod, mknodat, open_by_handle_at, reboot, swapon, acct, settimeofday, clock_settime,
        // init_module, finit_module, kexec_load, kexec_file_load, iopl, ioperm.
        (272, 97), (308, 268), (165, 40), (166, 39), (155, 41), (161, 51), (428, 428), (429, 429), (430, 430),
        (431, 431), (432, 432), (433, 433), (442, 442), (133, -1), (259, 33), (304, 265), (169, 142), (167, 224), (163, 89), (164, 170), (227, 112),
        (175, 105), (313, 273), (246, 104), (320, 294), (172, -1), (173, -1),
        // Wide doors into the kernel: bpf, perf_event_open, userfaultfd, add_key, request_key, keyctl.
        (321, 280), (298, 241), (323, 282), (248, 217), (249, 218), (250, 219),
    ];

    private static readonly (int X64, int Arm64) Clone = (56, 220), Clone3 = (435, 435), SetOthersLimits = (302, 261);

    /// <summary>struct sock_filter (linux/filter.h).</summary>
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary>struct sock_fprog.</summary>
    private readonly record struct FilterProgram(ushort Length, nint Instructions);

    private static void Filter()
    {
        var instructions = FilterInstructions(RuntimeInformation.ProcessArchitecture);
        fixed (Instruction* first = instructions)
        {
            var program = new FilterProgram((ushort)instructions.Length, (nint)first);
            Check(prctl(SetSeccomp, SeccompModeFilter, (nint)(&program), 0, 0), "PR_SET_SECCOMP");
        }
    }

    private static Instruction[] FilterInstructions(Architecture architecture)
    {
        // AUDIT_ARCH_* of linux/audit.h.
        var (isX64, audit) = architecture switch
        {
            Architecture.X64 => (true, 0xC000003E),
            Architecture.Arm64 => (false, 0xC00000B7),
            _ => throw new PlatformNotSupportedException($"needs x86-64 or arm64, this is {architecture}"),
        };
        // struct seccomp_data (linux/seccomp.h): number, architecture, instruction pointer, six arguments of 8 bytes, little-endian here.
        const uint Number = 0, AuditArchitecture = 4, FirstArgument = 16;
        const uint Allowed = 0x7FFF0000, Error = 0x00050000, Killed = 0x80000000, X32 = 0x40000000, SharesProcess = 0x00010000;
        List<Instruction> code =
        [
            // The same number is another call on another architecture, and x86-64 has a second set of numbers.
            Load(AuditArchitecture), new Instruction(JumpIfEqual, 1, 0, audit), Return(Killed),
            Load(Number),
        ];
        if (isX64) code.AddRange([new Instruction(JumpIfNotBelow, 0, 1, X32), Return(Killed)]);
        foreach (var call in Refused)
        {
            if (Of(call) >= 0) code.AddRange([UnlessEqual((uint)Of(call), 1), Return(Error | Eperm)]);
        }
        // Its arguments are in memory, where a filter cannot look; without it, libraries make threads with clone.
        code.AddRange([UnlessEqual((uint)Of(Clone3), 1), Return(Error | Enosys)]);
        // A thread (CLONE_THREAD) may be made, a process not.
        code.AddRange([UnlessEqual((uint)Of(Clone), 4), Load(FirstArgument), new Instruction(JumpIfSet, 1, 0, SharesProcess), Return(Error | Eperm), Return(Allowed)]);
        // prlimit64 of itself (0) is how getrlimit is done.
        code.AddRange([UnlessEqual((uint)Of(SetOthersLimits), 4), Load(FirstArgument), new Instruction(JumpIfEqual, 1, 0, 0), Return(Error | Eperm), Return(Allowed)]);
        code.Add(Return(Allowed));
        return [.. code];

        int Of((int X64, int Arm64) call) => isX64 ? call.X64 : call.Arm64;
        static Instruction Load(uint offset) => new(0x20, 0, 0, offset);
        static Instruction UnlessEqual(uint value, byte skip) => new(JumpIfEqual, 0, skip, value);
        static Instruction Return(uint result) => new(0x06, 0, 0, result);
    }

    private const ushort JumpIfEqual = 0x15, JumpIfNotBelow = 0x35, JumpIfSet = 0x45;

    // ---- libc ----

    private const int SetNoNewPrivileges = 38, SetSeccomp = 22, SeccompModeFilter = 2;

    private static void Check(nint result, string what)
    {
        if (result < 0) throw new PlatformNotSupportedException($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>A C string that lives as long as the process.</summary>
    private static byte* Text(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);

    private static byte** Texts(IEnumerable<string> texts)
    {
        var list = texts.ToList();
        var array = (byte**)NativeMemory.AllocZeroed((nuint)list.Count + 1, (nuint)sizeof(byte*));
        for (var at = 0; at < list.Count; at++) array[at] = Text(list[at]);
        return array;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint argument2, nint argument3, nint argument4, nint argument5);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint argument1, nint argument2, nint argument3, nint argument4);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setrlimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int open(byte* path, int flags);
}
