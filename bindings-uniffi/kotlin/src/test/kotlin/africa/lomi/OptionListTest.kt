package africa.lomi

import africa.lomi.internal.Bridge
import java.io.File
import java.nio.file.Files
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test

/** The list of options and error members in core/spec/options.json is what the jar has. */
class OptionListTest {
    private val list = Bridge.valueOfJson(File("../../core/spec/options.json").readText()) as Map<*, *>

    private fun listed(section: String) =
        (list[section] as List<*>).mapNotNull { (it as Map<*, *>)["kotlin"] as String? }.toSortedSet()

    private fun properties(type: Class<*>) = type.declaredMethods
        .filter { it.parameterCount == 0 && it.name.startsWith("get") && '$' !in it.name }
        .map { it.name.removePrefix("get").replaceFirstChar(Char::lowercase) }.toSortedSet()

    @Test
    fun optionsOfAClientAndOfACall() {
        assertEquals(listed("client"), (properties(ClientOptions::class.java) + "observer").toSortedSet())
        assertEquals(listed("call"), properties(CallOptionFields::class.java))
    }

    @Test
    fun membersOfAnError() {
        assertEquals(listed("error"), (properties(LomiException::class.java) + "message" + "last").toSortedSet())
    }

    @Test
    fun downloadsAreBoundedAndSaved() {
        val file = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"
        FaultServer(file).use { server ->
            val client = FaultServer.client(server)
            val link = server.url + "/export.csv"
            assertArrayEquals("12345".toByteArray(), client.download(link))
            assertThrows(ResponseTooLargeError::class.java) { client.download(link, maxBytes = 4) }
            val to = Files.createTempDirectory("lomi-test").resolve("export.csv")
            assertEquals(5, client.download(link, to))
            assertEquals("12345", Files.readString(to))
            // Neither the key nor another header of the client is sent to a link.
            assertEquals(0, server.requests.count { FaultServer.KEY in it })
        }
    }
}
