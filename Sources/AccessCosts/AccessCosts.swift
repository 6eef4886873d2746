import HostNUMA
