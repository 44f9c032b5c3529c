/* A disk that remembers only what was synced.
 *
 * Preloaded into a writer, this mirrors into a shadow folder what a power cut would leave of a watched folder:
 *
 *   fsync(file), fdatasync(file)   the file's bytes and length become durable; a file that has no durable name yet gets
 *                                  the one it has now (as ext4 does for new files)
 *   fsync(folder)                  the folder's names become durable: creations, renames and removals
 *
 * Everything else (write, pwrite, ftruncate, rename, unlink, memory maps ...) reaches the watched folder only, so the
 * shadow never holds a byte that was not synced. What is copied at a sync is found by comparing pages, so no way of
 * writing can be missed. Contents live under <shadow>/inodes/<inode>-<birth time>, and <shadow>/tree/<path> are hard
 * links to them: a rename that is not durable leaves the old name on the same contents, as on a real disk.
 *
 * Environment: SUMIKA_POWER_CUT_WATCHED, SUMIKA_POWER_CUT_SHADOW (absolute paths; without them nothing is mirrored).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096

static const char *watched, *shadow;
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void begin(void) {
  real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  watched = getenv("SUMIKA_POWER_CUT_WATCHED");
  shadow = getenv("SUMIKA_POWER_CUT_SHADOW");
}

/* A mirror that silently misses something would make every test pass: stop instead. */
static void fail(const char *what, const char *path) {
  dprintf(2, "power cut shim: %s %s: %s\n", what, path, strerror(errno));
  abort();
}

/* Names the contents of a file, also when its inode number is used again after it was removed. The harness asks too. */
int power_cut_contents(const char *path, char *out, size_t size) {
  struct statx status;
  if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status)) return -1;
  if (!(status.stx_mask & STATX_BTIME)) {
    errno = ENOTSUP; /* without the time of birth a new file could be taken for a removed one */
    return -1;
  }
  return snprintf(out, size, "%llu-%lld.%09u", (unsigned long long)status.stx_ino, (long long)status.stx_btime.tv_sec,
                  status.stx_btime.tv_nsec);
}

static void join(char *out, const char *folder, const char *name) {
  if (snprintf(out, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX) {
    errno = ENAMETOOLONG;
    fail("path", folder);
  }
}

static void contents_path(char *out, const char *path) {
  char name[80], folder[PATH_MAX];
  if (power_cut_contents(path, name, sizeof name) < 0) fail("birth time of", path);
  join(folder, shadow, "inodes");
  join(out, folder, name);
}

/* Returns where in the tree the watched path belongs, or 0 where it is not watched. */
static int tree_path(char *out, const char *path) {
  size_t length = strlen(watched);
  if (strncmp(path, watched, length) || (path[length] && path[length] != '/')) return 0;
  char folder[PATH_MAX];
  join(folder, shadow, "tree");
  join(out, folder, path[length] ? path + length + 1 : ".");
  return 1;
}

static void copy_changed_pages(int from, const char *to_path) {
  char now[PAGE], before[PAGE];
  struct stat status;
  int to = open(to_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (to < 0 || fstat(from, &status)) fail("open", to_path);
  for (off_t at = 0; at < status.st_size; at += PAGE) {
    ssize_t got = pread(from, now, PAGE, at);
    ssize_t had = pread(to, before, PAGE, at);
    if (got < 0 || had < 0) fail("read", to_path);
    if (got != had || memcmp(now, before, (size_t)got))
      if (pwrite(to, now, (size_t)got, at) != got) fail("write", to_path);
  }
  if (ftruncate(to, status.st_size)) fail("truncate", to_path);
  close(to);
}

/* As on ext4, a new file that is synced takes the new folders around it along. */
static void make_folders(const char *tree) {
  char folder[PATH_MAX];
  join(folder, tree, "");
  for (char *slash = folder + strlen(shadow) + 1; (slash = strchr(slash, '/')) && slash[1]; slash++) {
    *slash = 0;
    mkdir(folder, 0700);
    *slash = '/';
  }
}

/* Gives contents a durable name, in one step as a journal would. */
static void give_name(const char *contents, const char *tree) {
  char fresh[PATH_MAX];
  struct stat there, wanted;
  if (stat(contents, &wanted)) fail("stat", contents);
  if (!lstat(tree, &there) && there.st_ino == wanted.st_ino) return;
  make_folders(tree);
  join(fresh, shadow, "fresh");
  unlink(fresh);
  if (link(contents, fresh) || rename(fresh, tree)) fail("link", tree);
}

static void sync_file(const char *path, const char *tree) {
  char contents[PATH_MAX];
  struct stat durable;
  contents_path(contents, path);
  int readable = open(path, O_RDONLY | O_CLOEXEC); /* the descriptor at hand may be for writing only */
  if (readable < 0) fail("open", path);
  copy_changed_pages(readable, contents);
  close(readable);
  if (stat(contents, &durable)) fail("stat", contents);
  if (durable.st_nlink == 1) give_name(contents, tree);
}

static void sync_names(const char *path, const char *tree) {
  char real_name[PATH_MAX], tree_name[PATH_MAX], contents[PATH_MAX];
  struct stat status;
  struct dirent *entry;
  DIR *folder = opendir(path);
  if (!folder) fail("opendir", path);
  while ((entry = readdir(folder))) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    join(real_name, path, entry->d_name);
    join(tree_name, tree, entry->d_name);
    if (lstat(real_name, &status)) continue;
    if (S_ISDIR(status.st_mode)) mkdir(tree_name, 0700);
    if (!S_ISREG(status.st_mode)) continue;
    contents_path(contents, real_name);
    int fd = open(contents, O_WRONLY | O_CREAT | O_CLOEXEC, 0600); /* a name may be durable before its bytes */
    if (fd < 0) fail("open", contents);
    close(fd);
    give_name(contents, tree_name);
  }
  closedir(folder);
}

static void forget_names(const char *path, const char *tree) {
  char real_name[PATH_MAX], tree_name[PATH_MAX];
  struct stat status;
  struct dirent *entry;
  DIR *folder = opendir(tree);
  if (!folder) fail("opendir", tree);
  while ((entry = readdir(folder))) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    join(real_name, path, entry->d_name);
    join(tree_name, tree, entry->d_name);
    if (lstat(real_name, &status) && unlink(tree_name)) rmdir(tree_name);
  }
  closedir(folder);
}

static void mirror(int fd) {
  char link_name[64], path[PATH_MAX], tree[PATH_MAX];
  struct stat status;
  int kept = errno;
  if (!watched || !shadow || fstat(fd, &status)) return;
  snprintf(link_name, sizeof link_name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link_name, path, sizeof path - 1);
  if (length <= 0) return;
  path[length] = 0;
  if (!status.st_nlink || !tree_path(tree, path)) return; /* removed meanwhile, or none of ours */
  if (S_ISDIR(status.st_mode)) {
    make_folders(tree);
    mkdir(tree, 0700);
    sync_names(path, tree); /* new names before old ones go: a rename must not be caught half done */
    forget_names(path, tree);
  }
  if (S_ISREG(status.st_mode)) sync_file(path, tree);
  errno = kept;
}

/* The mirror comes first and the answer last: only when this returns is anything acknowledged. The real disk need not
 * be made to work for it. */
int fsync(int fd) {
  mirror(fd);
  return watched ? 0 : real_fsync(fd);
}

int fdatasync(int fd) {
  mirror(fd);
  return watched ? 0 : real_fdatasync(fd);
}
