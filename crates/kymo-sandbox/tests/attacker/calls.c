/* Calls of the kernel that a sandbox has no business with. Each is tried in a process of its own. */
#define _GNU_SOURCE
#include "attacker.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPEN_TREE = 428, FSOPEN = 430, CLONE3 = 435, MEMFD_SECRET = 447, IO_URING_SETUP = 425 };

static long new_user(void) { return unshare(CLONE_NEWUSER); }

static long clone_user(void) {
    long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    return pid;
}

static long clone3_user(void) {
    uint64_t all[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
    long pid = syscall(CLONE3, all, sizeof all);
    if (pid == 0) _exit(0);
    return pid;
}

static long trace_child(void) {
    pid_t pid = fork();
    if (pid == 0) for (;;) pause();
    long result = ptrace(PTRACE_ATTACH, pid, 0, 0);
    int reason = errno;
    kill(pid, SIGKILL);
    errno = reason;
    return result;
}

static long read_child(void) {
    static char mine[8], its[8];
    pid_t pid = fork();
    if (pid == 0) for (;;) pause();
    struct iovec local = {mine, 8}, remote = {its, 8};
    long result = process_vm_readv(pid, &local, 1, &remote, 1, 0);
    int reason = errno;
    kill(pid, SIGKILL);
    errno = reason;
    return result;
}

static long session_key(void) { return syscall(SYS_keyctl, 0, -3, 1); }
static long add_key(void) { return syscall(SYS_add_key, "user", "kymo", "x", 1, -2); }

static long io_ring(void) {
    char all[256] = {0};
    return syscall(IO_URING_SETUP, 4, all);
}

static long load_bpf(void) {
    union bpf_attr all;
    memset(&all, 0, sizeof all);
    all.map_type = BPF_MAP_TYPE_ARRAY;
    all.key_size = all.value_size = 4;
    all.max_entries = 1;
    return syscall(SYS_bpf, BPF_MAP_CREATE, &all, sizeof all);
}

static long user_faults(void) { return syscall(SYS_userfaultfd, O_CLOEXEC | 1); }

static long count_events(void) {
    struct perf_event_attr all = {.type = PERF_TYPE_SOFTWARE, .size = sizeof all, .config = PERF_COUNT_SW_TASK_CLOCK};
    all.exclude_kernel = all.exclude_hv = 1;
    return syscall(SYS_perf_event_open, &all, 0, -1, -1, 0);
}

static long handle(void) {
    struct { unsigned bytes; int kind; char rest[128]; } all = {.bytes = 128};
    int id;
    return syscall(SYS_name_to_handle_at, AT_FDCWD, "/usr", &all, &id, 0);
}

static long secret(void) { return syscall(MEMFD_SECRET, 0); }
static long vsock(void) { return socket(40, SOCK_STREAM, 0); }
static long netlink(void) { return socket(AF_NETLINK, SOCK_RAW, 0); }
static long packets(void) { return socket(AF_PACKET, SOCK_RAW, 0); }
static long raw(void) { return socket(AF_INET, SOCK_RAW, 1); }
static long ciphers(void) { return socket(AF_ALG, SOCK_SEQPACKET, 0); }
static long tree(void) { return syscall(OPEN_TREE, AT_FDCWD, "/usr", 1); }
static long file_system(void) { return syscall(FSOPEN, "tmpfs", 0); }

static long terminal(void) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY);
    if (fd < 0 || grantpt(fd) || unlockpt(fd)) return -1;
    setsid();
    int other = open(ptsname(fd), O_RDWR);
    return ioctl(other, TIOCSTI, "x");
}

static long pipe_by_name(void) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/kymo-pipe-%d", getpid());
    long result = mknod(path, S_IFIFO | 0600, 0);
    unlink(path);
    return result;
}

/* Harmful without walls, and so tried inside alone; arguments are wrong where a right one could do harm there, too. */
static long mount_it(void) { return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, 0); }
static long unmount_it(void) { return syscall(SYS_umount2, "/proc", 2); }
static long chroot_it(void) { return chroot("/tmp"); }
static long pivot_it(void) { return syscall(SYS_pivot_root, "/tmp", "/tmp"); }
static long enter_it(void) { return setns(open("/proc/self/ns/net", O_RDONLY), 0); }
static long disk(void) { return mknod("/tmp/disk", S_IFBLK | 0600, 7 << 8); }
static long memory_device(void) { return mknod("/tmp/mem", S_IFCHR | 0600, 1 << 8 | 1); }
static long module(void) { return syscall(SYS_init_module, 0, 0, ""); }
static long other_kernel(void) { return syscall(SYS_kexec_load, 0, 0, 0, 0); }
static long reboot_it(void) { return syscall(SYS_reboot, 0, 0, 0, 0); }
static long swap(void) { return syscall(SYS_swapoff, "/none"); }
static long kernel_log(void) { return syscall(SYS_syslog, 10, 0, 0); }
static long clock_it(void) {
    struct { long s, us; } now = {1, 0};
    return syscall(SYS_settimeofday, &now, 0);
}
static long host_name(void) { return sethostname("x", 1); }
static long become_root(void) { return setuid(0); }
static long by_handle(void) { return syscall(SYS_open_by_handle_at, -1, 0, 0); }
static long priority(void) {
    struct sched_param most = {99};
    return sched_setscheduler(0, SCHED_FIFO, &most);
}

struct call {
    const char *name;
    long (*make)(void);
};

static const struct call OPEN_TO_ALL[] = {
    {"user namespace", new_user},   {"clone, user namespace", clone_user}, {"clone3, user namespace", clone3_user},
    {"trace a child", trace_child}, {"read a child", read_child},          {"session keyring", session_key},
    {"add a key", add_key},         {"io_uring", io_ring},                 {"bpf", load_bpf},
    {"userfaultfd", user_faults},   {"perf_event_open", count_events},     {"name to handle", handle},
    {"secret memory", secret},      {"vsock", vsock},                      {"netlink", netlink},
    {"packet socket", packets},     {"raw socket", raw},                   {"cipher socket", ciphers},
    {"open_tree", tree},            {"fsopen", file_system},               {"type into a terminal", terminal},
    {"named pipe", pipe_by_name},
};

static const struct call HARMFUL[] = {
    {"mount", mount_it},
    {"umount", unmount_it},
    {"chroot", chroot_it},
    {"pivot_root", pivot_it},
    {"setns", enter_it},
    {"block device", disk},
    {"character device", memory_device},
    {"module", module},
    {"kexec", other_kernel},
    {"reboot", reboot_it},
    {"swapoff", swap},
    {"kernel log", kernel_log},
    {"set the clock", clock_it},
    {"host name", host_name},
    {"setuid 0", become_root},
    {"open by handle", by_handle},
    {"real-time priority", priority},
};

static int all_of(const struct call *list, unsigned count) {
    for (unsigned at = 0; at < count; at++) {
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0) {
            said(list[at].name, list[at].make());
            _exit(0);
        }
        int status;
        waitpid(pid, &status, 0);
        if (WIFSIGNALED(status)) printf("%s: ended by signal %d\n", list[at].name, WTERMSIG(status));
    }
    return 0;
}

#ifdef __x86_64__
/* The numbers of another architecture mean other calls: 20 is getpid there, and writev here. */
static int foreign(void) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory");
    return !said("call of 32 bits", result);
}

static int x32(void) { return !said("call of x32", syscall(0x40000000 + SYS_getpid)); }
#endif

int calls(const char *name, char **arguments) {
    (void)arguments;
    if (!strcmp(name, "calls")) return all_of(OPEN_TO_ALL, sizeof OPEN_TO_ALL / sizeof *OPEN_TO_ALL);
    if (!strcmp(name, "harmful")) return all_of(HARMFUL, sizeof HARMFUL / sizeof *HARMFUL);
#ifdef __x86_64__
    if (!strcmp(name, "foreign")) return foreign();
    if (!strcmp(name, "x32")) return x32();
#endif
    return -1;
}
