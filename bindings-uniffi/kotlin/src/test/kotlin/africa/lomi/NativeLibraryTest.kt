package africa.lomi

import africa.lomi.internal.NativeLibrary
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path

/** Not what else the system has installed. */
class NativeLibraryTest {
    private val glibc = "7f0a1000-7f0a2000 r-xp 00000000 fd:00 1234   /usr/lib/x86_64-linux-gnu/libc.so.6\n"
    private val musl = "7f0a1000-7f0a2000 r-xp 00000000 fd:00 1234   /lib/ld-musl-x86_64.so.1\n"

    @Test
    fun theLibcOfTheProcessDecides(@TempDir folder: Path) {
        val maps = folder.resolve("maps")
        for ((text, expected) in mapOf(glibc to false, musl to true, "" to false)) {
            Files.writeString(maps, text)
            assertEquals(expected, NativeLibrary.isMusl(maps), text)
        }
        assertEquals(false, NativeLibrary.isMusl(folder.resolve("none")))
    }
}
