@testable import KernelFormats
