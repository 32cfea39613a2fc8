/* Preloaded into the listener by `faults` and `images`: makes the n-th write or sync of the store's files fail, or keeps
 * a journal of every one of them, and of every acknowledgement, in the order in which they ended.
 *
 *   FAULT_CALL=write|sync FAULT_AT=n FAULT_ERRNO=e   from the n-th call on, FAULT_COUNT calls fail
 *   FAULT_ARM=file                                   calls count only while this file is there
 *   JOURNAL=file                                     records: kind, file, offset, length, bytes (see `images`)
 *
 * Only files whose names end in .db and -wal are meant. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long calls;
static int journal = -2;

/* 1 the file, 2 its log, 0 something else. */
static int which(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 4) return 0;
    path[length] = 0;
    if (!strcmp(path + length - 3, ".db")) return 1;
    return !strcmp(path + length - 4, "-wal") ? 2 : 0;
}

static int fails(const char *call, int fd) {
    const char *wanted = getenv("FAULT_CALL"), *arm = getenv("FAULT_ARM");
    if (!wanted || strcmp(wanted, call) || !which(fd) || (arm && access(arm, F_OK))) return 0;
    long at = atol(getenv("FAULT_AT")), count = getenv("FAULT_COUNT") ? atol(getenv("FAULT_COUNT")) : 1;
    pthread_mutex_lock(&lock);
    long number = ++calls;
    pthread_mutex_unlock(&lock);
    if (number < at || number >= at + count) return 0;
    errno = atoi(getenv("FAULT_ERRNO"));
    return 1;
}

static void note(char kind, int file, off_t offset, const void *bytes, size_t length) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    const char *path = getenv("JOURNAL");
    if (!path) return;
    pthread_mutex_lock(&lock);
    if (journal == -2) journal = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    uint64_t head[3] = {(uint64_t)(unsigned char)kind << 8 | (uint64_t)file, (uint64_t)offset, bytes ? length : 0};
    real(journal, head, sizeof head);
    if (bytes) real(journal, bytes, length);
    pthread_mutex_unlock(&lock);
}

static ssize_t positioned(const char *name, int fd, const void *bytes, size_t length, off_t offset) {
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, name);
    if (fails("write", fd)) return -1;
    ssize_t done = real(fd, bytes, length, offset);
    int file = which(fd);
    if (file && done > 0) note('w', file, offset, bytes, (size_t)done);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return positioned("pwrite64", fd, bytes, length, offset); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return positioned("pwrite", fd, bytes, length, offset); }

static int synced(const char *name, int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, name);
    if (fails("sync", fd)) return -1;
    int file = which(fd);
    if (file) note('b', file, 0, NULL, 0);
    int done = real(fd);
    if (file && !done) note('s', file, 0, NULL, 0);
    return done;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

static int cut(const char *name, int fd, off_t length) {
    int (*real)(int, off_t) = dlsym(RTLD_NEXT, name);
    int done = real(fd, length), file = which(fd);
    if (file && !done) note('t', file, length, NULL, 0);
    return done;
}

int ftruncate(int fd, off_t length) { return cut("ftruncate", fd, length); }
int ftruncate64(int fd, off64_t length) { return cut("ftruncate64", fd, length); }

/* An answer is noted before it goes out: what it promises must be on the disk by then. */
static void answer(int fd, const void *bytes, size_t length) {
    (void)fd;
    if (length > 12 && !memcmp(bytes, "HTTP/1.1 2", 10)) note('a', 0, 0, NULL, 0);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    answer(fd, bytes, length);
    return real(fd, bytes, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t (*real)(int, const struct iovec *, int) = dlsym(RTLD_NEXT, "writev");
    if (count > 0) answer(fd, parts[0].iov_base, parts[0].iov_len);
    return real(fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    ssize_t (*real)(int, const void *, size_t, int) = dlsym(RTLD_NEXT, "send");
    answer(fd, bytes, length);
    return real(fd, bytes, length, flags);
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "sendto");
    answer(fd, bytes, length);
    return real(fd, bytes, length, flags, to, size);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    ssize_t (*real)(int, const struct msghdr *, int) = dlsym(RTLD_NEXT, "sendmsg");
    if (message->msg_iovlen > 0) answer(fd, message->msg_iov[0].iov_base, message->msg_iov[0].iov_len);
    return real(fd, message, flags);
}
