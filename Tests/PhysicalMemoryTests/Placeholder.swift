@testable import PhysicalMemory
