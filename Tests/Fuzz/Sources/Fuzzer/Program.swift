import Glibc

/// libFuzzer brings the program's main and calls this first. `Fuzzer zoneinfo -max_total_time=20 CORPUS`: the first
/// argument names the target and is taken away, the rest is libFuzzer's. `Fuzzer seeds FOLDER FILE...` makes each
/// target's first corpus out of captures, `Fuzzer targets` names the targets.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    let words = (1..<max(1, Int(count.pointee))).compactMap { arguments.pointee[$0].map { String(cString: $0) } }
    switch words.first {
    case "targets":
        for target in Target.allCases { print(target.rawValue) }
        exit(0)
    case "seeds" where words.count > 1:
        do {
            try Seeds(folder: words[1]).write(captures: words[2...])
            exit(0)
        } catch {
            print("Fuzzer: no seeds: \(error)")
            exit(70)
        }
    case let name?:
        guard let target = Target(rawValue: name) else { fallthrough }
        Target.chosen = target
    default:
        print("usage: Fuzzer TARGET [libFuzzer's options] CORPUS | Fuzzer seeds FOLDER CAPTURE... | Fuzzer targets")
        exit(64)
    }
    arguments.pointee[1] = arguments.pointee[0]
    arguments.pointee += 1
    count.pointee -= 1
    return 0
}

/// libFuzzer calls this with input after input until its time is over.
@_cdecl("LLVMFuzzerTestOneInput")
public func feed(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Target.chosen.feed(Array(UnsafeBufferPointer(start: bytes, count: size)))
    return 0
}
