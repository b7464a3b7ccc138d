/* Stands between a program and its disk and clock, loaded by LD_PRELOAD.
 *
 * Files whose path holds FAULTS_UNDER are watched. FAULTS_JOURNAL takes down each write, cut,
 * removal and sync of them, in order, as a header and the bytes. The file FAULTS_ORDERS holds what goes wrong:
 * "fsync N", "write N" (the Nth from there on fails with EIO), "clock SECONDS" (added to the time
 * of day); it is read again at each call, so that a test changes it while the program runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct header { char kind; char name[63]; int64_t offset; int64_t size; };

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static int journal = -1;
static long syncs, writes;

static long order(const char *wanted) {
    const char *path = getenv("FAULTS_ORDERS");
    char text[200], *at;
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return 0;
    ssize_t size = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    if (size <= 0) return 0;
    text[size] = 0;
    at = strstr(text, wanted);
    return at ? atol(at + strlen(wanted)) : 0;
}

/* The name of a watched file, or NULL. */
static const char *watched(int fd, char *path) {
    const char *under = getenv("FAULTS_UNDER");
    char link[64];
    if (!under) return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    if (size <= 0) return NULL;
    path[size] = 0;
    if (!strstr(path, under)) return NULL;
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void note(char kind, const char *name, int64_t offset, const void *data, int64_t size) {
    const char *path = getenv("FAULTS_JOURNAL");
    struct header head = {.kind = kind, .offset = offset, .size = size};
    if (!path) return;
    strncpy(head.name, name, sizeof head.name - 1);
    pthread_mutex_lock(&one);
    if (journal < 0)
        journal = (int)syscall(SYS_openat, AT_FDCWD, path,
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    syscall(SYS_write, journal, &head, sizeof head);
    if (data) syscall(SYS_write, journal, data, size);
    pthread_mutex_unlock(&one);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    char path[PATH_MAX];
    const char *name = watched(fd, path);
    if (name) {
        long from = order("write ");
        if (from && ++writes >= from) { errno = EIO; return -1; }
    }
    ssize_t done = syscall(SYS_pwrite64, fd, data, size, offset);
    if (name && done > 0) note('w', name, offset, data, done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    return pwrite64(fd, data, size, offset);
}

static int synced(int fd, long call) {
    char path[PATH_MAX];
    const char *name = watched(fd, path);
    if (name) {
        long from = order("fsync ");
        if (from && ++syncs >= from) { errno = EIO; return -1; }
    }
    int done = (int)syscall(call, fd);
    if (name && done == 0) note('s', name, 0, NULL, 0);
    return done;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int ftruncate64(int fd, off64_t size) {
    char path[PATH_MAX];
    const char *name = watched(fd, path);
    int done = (int)syscall(SYS_ftruncate, fd, size);
    if (name && done == 0) note('t', name, size, NULL, 0);
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int unlink(const char *path) {
    const char *under = getenv("FAULTS_UNDER"), *slash = strrchr(path, '/');
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (done == 0 && under && strstr(path, under)) note('u', slash ? slash + 1 : path, 0, NULL, 0);
    return done;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int done = (int)syscall(SYS_clock_gettime, which, now);
    if (done == 0 && which == CLOCK_REALTIME) now->tv_sec += order("clock ");
    return done;
}
