package city.linkage.example;

import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes one event and waits until every replica has it. Usage: BROKER AGENCY PLACE CATEGORY */
public final class Publish {
    private Publish() {}

    public static void main(String[] arguments) throws Exception {
        String broker = arguments[0], agency = arguments[1], place = arguments[2], category = arguments[3];
        String id = UUID.randomUUID().toString(), matter = "M-" + id;
        String event = """
            {"specversion": "1.0", "id": "%s", "source": "urn:linkage:agency:%s",
             "type": "linkage.petition.received.v1", "time": "%s",
             "data": {"matter_id": "%s", "place": "%s", "category": "%s",
                      "nature": "help", "channel": "visit", "summary": "路灯不亮"}}
            """.formatted(id, agency, DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(OffsetDateTime.now()),
                matter, place, category);
        Map<String, Object> settings =
            Map.of("bootstrap.servers", broker, "acks", "all", "enable.idempotence", true);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            // The key keeps all news of one matter in order.
            var record = new ProducerRecord<>("agency." + agency + ".events.v1", matter, event);
            record.headers().add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
            producer.send(record).get();
        }
        System.out.println(id);
    }
}
