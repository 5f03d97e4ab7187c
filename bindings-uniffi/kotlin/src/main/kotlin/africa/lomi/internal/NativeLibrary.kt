package africa.lomi.internal

import java.io.IOException
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.attribute.PosixFilePermissions
import java.util.Locale

/**
 * Finds the native library: the file that the system property `lomi.library` names, or the one for this
 * platform within the jar, which is copied to a new folder that only this user can read.
 */
internal object NativeLibrary {
    private const val PROPERTY = "lomi.library"
    private const val ATTEMPTS = 10

    /** The absolute path of the library, and what removes its copy once it is loaded. */
    class Located(val path: Path, val afterLoading: () -> Unit)

    fun locate(): Located {
        System.getProperty(PROPERTY)?.let { given ->
            val path = Path.of(given).toAbsolutePath()
            if (!Files.isRegularFile(path)) throw missing("the system property $PROPERTY names $path, which is no file")
            return Located(path) {}
        }
        val platform = platform()
        val name = System.mapLibraryName("lomi_uniffi")
        val resource = "/africa/lomi/native/$platform/$name"
        val stream = NativeLibrary::class.java.getResourceAsStream(resource)
            ?: throw missing("this jar has no native library for $platform: use the jar of that platform (classifier $platform), or name a library with -D$PROPERTY=<file>")
        return stream.use { unpack(it, name) }
    }

    private fun unpack(library: java.io.InputStream, name: String): Located {
        val folder = newFolder()
        val file = folder.resolve(name)
        try {
            Files.copy(library, file)
        } catch (cause: IOException) {
            remove(file, folder)
            throw unwritable(folder, cause)
        }
        return Located(file) {
            // A loaded file can be removed at once, except on Windows.
            remove(file, folder)
            if (Files.exists(file)) file.toFile().deleteOnExit()
        }
    }

    /**
     * A new folder that only this user may enter: nobody else can put a file there first. It is not made where one
     * exists, so its name need not be random: the JDK's random names would load its security providers.
     */
    private fun newFolder(): Path {
        val parent = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath()
        val own = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        val attributes = if (isPosix(parent)) arrayOf(own) else emptyArray()
        var failure: IOException? = null
        repeat(ATTEMPTS) {
            val name = "lomi-" + java.lang.Long.toString(System.nanoTime() and Long.MAX_VALUE, Character.MAX_RADIX)
            try {
                return Files.createDirectory(parent.resolve(name), *attributes)
            } catch (cause: IOException) {
                failure = cause
            }
        }
        throw unwritable(parent, failure!!)
    }

    private fun unwritable(folder: Path, cause: IOException) =
        missing("the native library cannot be written to $folder: ${cause.message}; set -Djava.io.tmpdir to a folder that can be written", cause)

    private fun remove(vararg paths: Path) {
        for (path in paths) runCatching { Files.deleteIfExists(path) }
    }

    private fun isPosix(path: Path) = "posix" in path.fileSystem.supportedFileAttributeViews()

    /** Such as `linux-x86-64` or `linux-x86-64-musl`. */
    fun platform(): String {
        val system = System.getProperty("os.name").lowercase(Locale.ROOT)
        val machine = when (val name = System.getProperty("os.arch").lowercase(Locale.ROOT)) {
            "amd64", "x86_64" -> "x86-64"
            "arm64" -> "aarch64"
            else -> name
        }
        return when {
            system.startsWith("mac") -> "darwin-$machine"
            system.startsWith("windows") -> "win32-$machine"
            system.startsWith("linux") && isMusl(Path.of("/proc/self/maps")) -> "linux-$machine-musl"
            else -> "${system.substringBefore(' ')}-$machine"
        }
    }

    /** Whether this process runs with musl. A system with glibc may have the loader of musl installed too. */
    fun isMusl(maps: Path): Boolean =
        runCatching { Files.lines(maps).use { lines -> lines.anyMatch { "/ld-musl-" in it } } }.getOrDefault(false)

    fun missing(why: String, cause: Throwable? = null): Throwable = UnsatisfiedLinkError("lomi: $why").apply { initCause(cause) }
}
