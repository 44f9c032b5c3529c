"""What a process uses: share of a core and memory, as the system counts them."""

import psutil


class ProcessMeter:
    """Measures one process between two calls."""

    def __init__(self, pid: int, now_ns: int) -> None:
        self._process: psutil.Process | None
        try:
            self._process = psutil.Process(pid)
            self._cpu_s = self._cpu_time_s()
        except (psutil.Error, OSError):
            self._process = None
            self._cpu_s = 0.0
        self._since_ns = now_ns
        self.core_share: float | None = None
        self.memory_mb: float | None = None

    def _cpu_time_s(self) -> float:
        if self._process is None:
            return 0.0
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def measure_cpu(self, now_ns: int) -> None:
        """Update `core_share` over the time since the last call."""
        try:
            cpu_s = self._cpu_time_s()
        except (psutil.Error, OSError):
            self.core_share = None
            return
        elapsed_s = (now_ns - self._since_ns) / 1e9
        if elapsed_s > 0:
            self.core_share = (cpu_s - self._cpu_s) / elapsed_s
        self._cpu_s, self._since_ns = cpu_s, now_ns

    def measure_memory(self) -> None:
        """Update `memory_mb` with the proportional set size. Walks the page tables: a few ms, so not often."""
        try:
            self.memory_mb = self._process.memory_full_info().pss / 1e6 if self._process else None
        except (psutil.Error, OSError, AttributeError):
            self.memory_mb = None
