/* Lets clocks run faster for whole processes: preloaded, it scales the C library's clocks and its timed waits.
 *
 * SUMIKA_FAST_TIMES: how many times faster. SUMIKA_FAST_SINCE: the monotonic moment, in nanoseconds, at which both
 * showed the same; SUMIKA_FAST_WALL: what the wall showed then, in nanoseconds of Unix time; SUMIKA_FAST_AFTER: for so
 * many nanoseconds more it goes as the true clock does. The same four give every process the same time, whenever it
 * began. Processor clocks are left alone. A wait that the kernel is asked for without the
 * library (inline system calls) is not scaled. Built and used by sumika.evaluate.fast_clock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static double times = 1.0;
static int64_t since_ns, wall_ns, after_ns;
static int (*true_gettime)(clockid_t, struct timespec *);

static int64_t to_ns(const struct timespec *t) { return (int64_t)t->tv_sec * SECOND + t->tv_nsec; }

static struct timespec to_spec(int64_t ns) {
    if (ns < 0) ns = 0;
    return (struct timespec){.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};
}

__attribute__((constructor)) static void begin(void) {
    const char *text;
    if (!true_gettime) true_gettime = NEXT(clock_gettime);
    if ((text = getenv("SUMIKA_FAST_TIMES"))) times = strtod(text, NULL);
    if ((text = getenv("SUMIKA_FAST_SINCE"))) since_ns = strtoll(text, NULL, 10);
    if ((text = getenv("SUMIKA_FAST_WALL"))) wall_ns = strtoll(text, NULL, 10);
    if ((text = getenv("SUMIKA_FAST_AFTER"))) after_ns = strtoll(text, NULL, 10);
}

static int64_t true_ns(clockid_t clock) {
    struct timespec t;
    if (!true_gettime) true_gettime = NEXT(clock_gettime);
    true_gettime(clock, &t);
    return to_ns(&t);
}

/* How long it has been fast, on the true clock; below 0 where it is not fast yet. */
static int64_t hurried_ns(void) { return true_ns(CLOCK_MONOTONIC) - since_ns - after_ns; }

/* All fast clocks are one, so that they never drift apart. */
static int64_t passed_ns(void) {
    int64_t ns = hurried_ns();
    return after_ns + (ns < 0 ? ns : (int64_t)((double)ns * times));
}

static int is_wall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

static int is_fast(clockid_t clock) {
    return is_wall(clock) || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW ||
           clock == CLOCK_MONOTONIC_COARSE || clock == CLOCK_BOOTTIME;
}

static int64_t fast_ns(clockid_t clock) { return passed_ns() + (is_wall(clock) ? wall_ns : since_ns); }

/* How long a wait takes on the true clock. What of it lies before the hurry is not shortened. */
static int64_t shorter_ns(int64_t ns) {
    int64_t slow_ns = -hurried_ns();
    if (ns <= slow_ns) return ns;
    return slow_ns > 0 ? slow_ns + (int64_t)((double)(ns - slow_ns) / times) : (int64_t)((double)ns / times);
}

static struct timespec shorter(const struct timespec *t) { return to_spec(shorter_ns(to_ns(t))); }

/* A moment on a fast clock as one on the true clock that the wait is handed on with. */
static struct timespec true_moment(clockid_t clock, const struct timespec *t, clockid_t handed_on) {
    return to_spec(true_ns(handed_on) + shorter_ns(to_ns(t) - fast_ns(clock)));
}

int clock_gettime(clockid_t clock, struct timespec *t) {
    if (!is_fast(clock)) return true_gettime ? true_gettime(clock, t) : NEXT(clock_gettime)(clock, t);
    *t = to_spec(fast_ns(clock));
    return 0;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
    (void)zone;
    int64_t ns = fast_ns(CLOCK_REALTIME);
    t->tv_sec = ns / SECOND;
    t->tv_usec = ns % SECOND / 1000;
    return 0;
}

time_t time(time_t *t) {
    time_t seconds = fast_ns(CLOCK_REALTIME) / SECOND;
    if (t) *t = seconds;
    return seconds;
}

static void left(struct timespec *remaining) {
    if (remaining) *remaining = to_spec((int64_t)((double)to_ns(remaining) * times));
}

int nanosleep(const struct timespec *wish, struct timespec *remaining) {
    struct timespec t = shorter(wish);
    int result = NEXT(nanosleep)(&t, remaining);
    if (result) left(remaining);
    return result;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wish, struct timespec *remaining) {
    __typeof__(&clock_nanosleep) next = NEXT(clock_nanosleep);
    if (!is_fast(clock)) return next(clock, flags, wish, remaining);
    struct timespec t = flags & TIMER_ABSTIME ? true_moment(clock, wish, clock) : shorter(wish);
    int result = next(clock, flags, &t, remaining);
    if (result == EINTR && !(flags & TIMER_ABSTIME)) left(remaining);
    return result;
}

int usleep(useconds_t wish) {
    struct timespec t = to_spec((int64_t)wish * 1000);
    return nanosleep(&t, NULL);
}

unsigned int sleep(unsigned int wish) {
    struct timespec t = {.tv_sec = wish};
    nanosleep(&t, NULL);
    return 0;
}

static int shorter_ms(int ms) {
    if (ms <= 0) return ms;
    int64_t wait = shorter_ns((int64_t)ms * 1000000) / 1000000;
    return wait < 1 ? 1 : (int)wait;
}

int poll(struct pollfd *fds, nfds_t count, int ms) { return NEXT(poll)(fds, count, shorter_ms(ms)); }

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *wish, const sigset_t *mask) {
    struct timespec t;
    if (wish) t = shorter(wish);
    return NEXT(ppoll)(fds, count, wish ? &t : NULL, mask);
}

int select(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict bad, struct timeval *restrict wish) {
    struct timeval t;
    if (wish) {
        int64_t ns = shorter_ns((int64_t)wish->tv_sec * SECOND + (int64_t)wish->tv_usec * 1000);
        t.tv_sec = ns / SECOND;
        t.tv_usec = ns % SECOND / 1000;
    }
    return NEXT(select)(count, in, out, bad, wish ? &t : NULL);
}

int pselect(int count, fd_set *restrict in, fd_set *restrict out, fd_set *restrict bad,
            const struct timespec *restrict wish, const sigset_t *restrict mask) {
    struct timespec t;
    if (wish) t = shorter(wish);
    return NEXT(pselect)(count, in, out, bad, wish ? &t : NULL, mask);
}

int epoll_wait(int epoll, struct epoll_event *events, int count, int ms) {
    return NEXT(epoll_wait)(epoll, events, count, shorter_ms(ms));
}

int epoll_pwait(int epoll, struct epoll_event *events, int count, int ms, const sigset_t *mask) {
    return NEXT(epoll_pwait)(epoll, events, count, shorter_ms(ms), mask);
}

int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict until) {
    struct timespec t = true_moment(CLOCK_REALTIME, until, CLOCK_REALTIME);
    return NEXT(sem_timedwait)(sem, &t);
}

int sem_clockwait(sem_t *restrict sem, clockid_t clock, const struct timespec *restrict until) {
    struct timespec t = true_moment(clock, until, clock);
    return NEXT(sem_clockwait)(sem, clock, &t);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict until) {
    struct timespec t = true_moment(CLOCK_REALTIME, until, CLOCK_REALTIME);
    return NEXT(pthread_mutex_timedlock)(mutex, &t);
}

int pthread_cond_clockwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex, clockid_t clock,
                           const struct timespec *restrict until) {
    struct timespec t = true_moment(clock, until, clock);
    return NEXT(pthread_cond_clockwait)(cond, mutex, clock, &t);
}

/* Which clock a condition waits on it does not tell: the moment is near one of them. */
int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    int64_t ns = to_ns(until);
    int64_t from_wall = llabs(ns - fast_ns(CLOCK_REALTIME)), from_boot = llabs(ns - fast_ns(CLOCK_MONOTONIC));
    clockid_t clock = from_wall < from_boot ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    struct timespec t = true_moment(clock, until, clock);
    return NEXT(pthread_cond_timedwait)(cond, mutex, &t);
}
