@testable import HostNUMA
