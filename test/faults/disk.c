// A disk that forgets what was not synced, for a process that is then killed: loaded with LD_PRELOAD, it keeps in the
// folder DISK_TO, for each file of the folder DISK_FROM, what a power cut would leave of it. That is the file as it was
// at its last fsync, and, with DISK_LUCK, so many percent of the later writes too: those that the system happened to
// have written by then. DISK_LIES: fsync says yes and does nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Where the file behind a descriptor is kept; 0 where it is none of ours. */
static int kept(int fd, char *path) {
  const char *from = getenv("DISK_FROM"), *to = getenv("DISK_TO");
  char link[64], found[PATH_MAX];
  if (!from || !to) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, found, sizeof found - 1);
  if (length < 0) return 0;
  found[length] = 0;
  size_t prefix = strlen(from);
  if (strncmp(found, from, prefix) || found[prefix] != '/') return 0;
  return snprintf(path, PATH_MAX, "%s%s", to, found + prefix) < PATH_MAX;
}

/* Copied aside and renamed: a process that is killed here has not been told that its file is synced. */
static int keep(int fd) {
  char path[PATH_MAX], draft[PATH_MAX + 8], source[64];
  if (getenv("DISK_LIES") || !kept(fd, path)) return 0;
  snprintf(draft, sizeof draft, "%s.draft", path);
  snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
  pthread_mutex_lock(&lock);
  int in = open(source, O_RDONLY), out = open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  struct stat is;
  int failed = in < 0 || out < 0 || fstat(in, &is);
  for (off_t left = failed ? 0 : is.st_size; left > 0 && !failed;) {
    ssize_t copied = copy_file_range(in, NULL, out, NULL, left, 0);
    if (copied <= 0) failed = 1;
    else left -= copied;
  }
  if (in >= 0) close(in);
  if (out >= 0) close(out);
  if (!failed) failed = rename(draft, path);
  pthread_mutex_unlock(&lock);
  if (!failed) return 0;
  /* The test must not take a copy that failed for a loss. */
  perror("disk.c");
  _exit(99);
}

int fsync(int fd) { return keep(fd); }
int fdatasync(int fd) { return keep(fd); }

/* A write that reaches the disk by itself. */
static void perhaps(int fd, const void *bytes, size_t count, off_t at) {
  const char *luck = getenv("DISK_LUCK");
  char path[PATH_MAX];
  if (!luck || random() % 100 >= atoi(luck) || !kept(fd, path)) return;
  static ssize_t (*real)(int, const void *, size_t, off_t);
  if (!real) real = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");
  pthread_mutex_lock(&lock);
  int out = open(path, O_WRONLY | O_CREAT, 0600);
  if (out < 0 || real(out, bytes, count, at) != (ssize_t)count) {
    perror("disk.c");
    _exit(99);
  }
  close(out);
  pthread_mutex_unlock(&lock);
}

#define WRITE(name)                                                                       \
  ssize_t name(int fd, const void *bytes, size_t count, off_t at) {                       \
    static ssize_t (*real)(int, const void *, size_t, off_t);                             \
    if (!real) real = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, #name); \
    ssize_t written = real(fd, bytes, count, at);                                         \
    int error = errno;                                                                    \
    if (written > 0) perhaps(fd, bytes, written, at);                                     \
    errno = error;                                                                        \
    return written;                                                                       \
  }
WRITE(pwrite)
WRITE(pwrite64)
