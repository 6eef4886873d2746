@testable import AccessCosts
