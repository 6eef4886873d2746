@testable import Lab
